import type { ExitCode } from './cli-error.ts';
import { deliver } from './deliver.ts';
import { nameFrom } from './file-name.ts';
import { ask } from './follow.ts';
import type { Delivery, Run } from './generate.ts';
import { targetOf } from './save-video.ts';
import { openSession } from './session.ts';

/** `onereel get`: picks up a generation, waits for its end and saves the video. */
export async function get(id: string, { out, force = false, live = false }: Delivery, run: Run): Promise<ExitCode> {
  const { folder } = run.settings;
  const named = out === undefined ? undefined : await targetOf(out, { name: '', folder, force });
  const session = await openSession({ ...run, live });
  const found = await ask(id, session);
  const target = named ?? (await targetOf(undefined, { name: nameFrom(found.prompt), folder, force }));
  return deliver(found, target, session);
}
