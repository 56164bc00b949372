import type { ModelDescription } from '../application/model-description.ts';
import { openApi } from './api-client.ts';
import { EXIT, type ExitCode } from './cli-error.ts';
import { findServer } from './find-server.ts';
import type { Run } from './generate.ts';
import { findKey } from './keys.ts';
import { modelTable } from './model-table.ts';

/**
 * `onereel models`: what can be called. A running server is asked, because it may be another version; without one the
 * catalogue of this one answers.
 */
export async function listModels(
  filter: string | undefined,
  catalogue: () => Promise<readonly ModelDescription[]>,
  { settings, output }: Run,
): Promise<ExitCode> {
  const server = await findServer(settings);
  const key = await findKey(settings, 'test').catch(() => undefined);
  const all = server && key ? await openApi(server.url, key).models() : await catalogue();
  const wanted = filter?.toLowerCase() ?? '';
  const models = all.filter(({ id, family }) => `${family} ${id}`.toLowerCase().includes(wanted));
  for (const line of modelTable(models)) output.say(line);
  output.say(
    models.length === 0
      ? `No model has ${JSON.stringify(filter)} in its name.`
      : `${models.length} of ${all.length} models`,
  );
  output.result({ object: 'list', data: models });
  return EXIT.done;
}
