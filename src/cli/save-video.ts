import { createHash, randomBytes } from 'node:crypto';
import { access, constants, type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { CliError, EXIT, reasonOf, usageError } from './cli-error.ts';

/** Where a video goes. */
export interface Target {
  readonly path: string;
  /** Replace what is there. */
  readonly force: boolean;
  /** Nobody named the file: when it is taken, `name-2.mp4` and so on will do. */
  readonly mayRename: boolean;
}

/** The target of a command; throws CliError before anything is asked for when it cannot be written. */
export async function targetOf(
  out: string | undefined,
  { name, folder, force }: { readonly name: string; readonly folder: string; readonly force: boolean },
): Promise<Target> {
  const path = resolve(folder, out ?? `${name}.mp4`);
  const shown = out ?? path;
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw usageError(`--out: ${shown} is a folder; name a file in it.`);
  if (found && out !== undefined && !force)
    throw usageError(`--out: ${shown} exists already. Name another file, or add --force to replace it.`);
  await access(dirname(path), constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw usageError(`--out: nothing can be written to the folder ${dirname(path)}: ${reasonOf(error)}`);
  });
  return { path, force, mayRename: out === undefined && !force };
}

export interface Wanted {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Longest time without a byte. */
const STALL_SECONDS = 60;

/** Downloads a video to its target, whole or not at all, and checks it. Answers the path. Throws CliError. */
export async function saveVideo(wanted: Wanted, target: Target, signal: AbortSignal): Promise<string> {
  const draft = join(dirname(target.path), `.${basename(target.path)}.${randomBytes(4).toString('hex')}.part`);
  try {
    const file = await open(draft, 'wx', 0o666);
    try {
      await download(wanted, file, signal);
      await file.sync();
    } finally {
      await file.close();
    }
    return await publish(draft, target);
  } catch (error) {
    if (signal.aborted || error instanceof CliError) throw error;
    throw notSaved(`The video was not saved: ${reasonOf(error)}`);
  } finally {
    await rm(draft, { force: true });
  }
}

const notSaved = (message: string): CliError => new CliError(EXIT.failed, message, { code: 'not_saved' });

async function download({ url, bytes, sha256 }: Wanted, file: FileHandle, signal: AbortSignal): Promise<void> {
  const stalled = new AbortController();
  const watch = setTimeout(() => stalled.abort(new Error('no byte came for a minute')), STALL_SECONDS * 1000);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stalled.signal]) });
    if (!response.ok || !response.body) throw new Error(`the server answered HTTP ${response.status}`);
    const hash = createHash('sha256');
    let received = 0;
    for await (const part of response.body) {
      watch.refresh();
      hash.update(part);
      received += part.byteLength;
      await file.appendFile(part); // all of it, unlike write
    }
    if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came`);
    if (hash.digest('hex') !== sha256) throw new Error('the bytes that came are not those of the video');
  } finally {
    clearTimeout(watch);
  }
}

const MOST_NAMES = 10_000;

/** Gives the finished file its name in one step; without `force` never over another one, even one that came meanwhile. */
async function publish(draft: string, { path, force, mayRename }: Target): Promise<string> {
  if (force) {
    await rename(draft, path);
    return path;
  }
  for (let count = 1; count < MOST_NAMES; count += 1) {
    const name = count === 1 ? path : numbered(path, count);
    if (await linked(draft, name)) return name;
    if (!mayRename) break;
  }
  throw notSaved(`The video was not saved: ${path} exists by now, and is not replaced without --force.`);
}

const numbered = (path: string, count: number): string => {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}-${count}${extension}`;
};

/** False when the name is taken. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    // A file system without hard links: the name may be taken between these two steps, which is as good as it gets.
    if (await stat(path).catch(() => undefined)) return false;
    await rename(draft, path);
    return true;
  }
}
