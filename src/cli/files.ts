import { basename } from 'node:path';
import type { RemoteFile } from './api-client.ts';
import { CliError, EXIT, type ExitCode, usageError } from './cli-error.ts';
import { byteSize } from './figures.ts';
import type { Run } from './generate.ts';
import { localFile } from './media-argument.ts';
import { openSession } from './session.ts';

interface FilesOptions {
  readonly live?: boolean;
}

/** `onereel files`: what is kept, newest first. */
export async function listFiles({ live = false }: FilesOptions, run: Run): Promise<ExitCode> {
  const session = await openSession({ ...run, live });
  const files = await session.api.files();
  for (const file of files) run.output.say(`File      ${describe(file)}`);
  if (files.length === 0) run.output.say('No file is kept.');
  run.output.result({ object: 'list', data: files });
  return EXIT.done;
}

/** `onereel files upload`: keeps files for later requests. */
export async function uploadFiles(
  names: readonly string[],
  { live = false }: FilesOptions,
  run: Run,
): Promise<ExitCode> {
  const found = await Promise.all(names.map((name) => localFile('upload', name, run.settings.folder)));
  const session = await openSession({ ...run, live });
  const kept: RemoteFile[] = [];
  for (const { value, path, bytes } of found) {
    run.output.say(`Upload    ${basename(path)} (${byteSize(bytes)}) …`);
    const file = await session.api.upload({ path }, run.signal).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      throw new CliError(error.exitCode, `${value}: ${error.message}`, error.details);
    });
    run.output.say(`File      ${describe(file)}`);
    kept.push(file);
  }
  run.output.result({ object: 'list', data: kept });
  return EXIT.done;
}

/** `onereel files rm`: deletes files; generations keep their copies. */
export async function removeFiles(ids: readonly string[], { live = false }: FilesOptions, run: Run): Promise<ExitCode> {
  const wrong = ids.find((id) => !/^file_\d+$/.test(id));
  if (wrong !== undefined) throw usageError(`${wrong} is not the id of a file; it must look like file_123.`);
  const session = await openSession({ ...run, live });
  for (const id of ids) {
    await session.api.removeFile(id);
    run.output.say(`Deleted   ${id}`);
  }
  run.output.result({ deleted: ids });
  return EXIT.done;
}

const describe = ({ id, filename, bytes, media, expires_at }: RemoteFile): string =>
  `${id}  ${filename}, ${media.type}, ${byteSize(bytes)}, until ${new Date(expires_at * 1000).toISOString().slice(0, 16)}Z`;
