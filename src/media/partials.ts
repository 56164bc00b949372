import { randomUUID } from 'node:crypto';
import { constants, copyFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileMarks, OutputPlace, ResumePoint } from '../application/download.ts';

/** What one try left of an output. */
interface PartialFile {
  readonly path: string;
  readonly point: ResumePoint;
}

export interface Partials {
  /** The longest that can be gone on with; undefined when there is none. */
  longest(place: OutputPlace): Promise<PartialFile | undefined>;
  /** A new file for one try: empty, or with the bytes of an earlier partial. Earlier ones go. Answers its path. */
  begin(place: OutputPlace, content: { readonly marks: FileMarks; readonly copyOf?: PartialFile }): Promise<string>;
  /** The part was put in its place: what was noted beside it goes. */
  forget(path: string): Promise<void>;
  /** Everything of this output, or of the whole attempt. */
  drop(of: { readonly attemptId: bigint; readonly role?: OutputPlace['role'] }): Promise<void>;
}

const ENDING = '.part';
const MARKS_ENDING = '.marks.json';

/**
 * Outputs whose download broke off, kept for the next try on this host: in the spool, a folder per attempt. Every try
 * writes a file of its own, which only grows, and begins with a copy of what an earlier try has. So a worker that lost its
 * claim and still writes never touches the bytes that its successor goes on with, in whichever process either runs, and a
 * `kill -9` leaves no lock behind. At worst a worker that is late removes the file of its successor, whose try then fails
 * and is made again.
 *
 * What was written before this machine started is not used: after a power cut a file may hold zeros where bytes never
 * came to the disk. `bootedAt` is in milliseconds.
 */
export function openPartials(spoolFolder: string, bootedAt: number): Partials {
  const folderOf = (attemptId: bigint): string => join(spoolFolder, `collect-${attemptId}`);
  const pathsOf = async ({ attemptId, role }: { attemptId: bigint; role: string }): Promise<readonly string[]> => {
    const names = await readdir(folderOf(attemptId)).catch(() => []);
    return names.filter((name) => name.startsWith(`${role}-`)).map((name) => join(folderOf(attemptId), name));
  };
  const removeAll = async (paths: readonly string[]): Promise<void> => {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  };
  return {
    longest: async (place) => {
      const parts = (await pathsOf(place)).filter((path) => path.endsWith(ENDING));
      const found = (await Promise.all(parts.map((path) => readPartial(path, bootedAt)))).flatMap((each) => each ?? []);
      return found.sort((a, b) => b.point.bytes - a.point.bytes)[0];
    },
    begin: async (place, { marks, copyOf }) => {
      const earlier = await pathsOf(place);
      await mkdir(folderOf(place.attemptId), { recursive: true, mode: 0o700 });
      const path = join(folderOf(place.attemptId), `${place.role}-${randomUUID()}${ENDING}`);
      // Before the first byte, and never again: whoever finds bytes finds what they are of.
      await writeFile(marksPathOf(path), JSON.stringify(marks), { flag: 'wx', mode: 0o600 });
      if (copyOf) await copyStart(copyOf, path);
      else await writeFile(path, '', { flag: 'wx', mode: 0o600 });
      await removeAll(earlier);
      return path;
    },
    forget: (path) => rm(marksPathOf(path), { force: true }),
    drop: async ({ attemptId, role }) => {
      if (role === undefined) await rm(folderOf(attemptId), { recursive: true, force: true, maxRetries: 3 });
      else await removeAll(await pathsOf({ attemptId, role }));
    },
  };
}

const marksPathOf = (path: string): string => path.slice(0, -ENDING.length) + MARKS_ENDING;

/** The other may have grown since it was looked at: what was asked for goes on where it was then. */
async function copyStart({ path: from, point }: PartialFile, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  if ((await stat(to)).size < point.bytes) throw new Error('the part that was here has become shorter');
  await truncate(to, point.bytes);
}

/** Nothing where the file is gone, empty, older than the machine's start, or of a file that cannot be told from another. */
async function readPartial(path: string, bootedAt: number): Promise<PartialFile | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    const marks: FileMarks = JSON.parse(await readFile(marksPathOf(path), 'utf8'));
    if (mtimeMs < bootedAt || (marks.ifRange === undefined && marks.totalBytes === undefined)) return undefined;
    // All but one byte of a whole one: that byte is asked for, to hear that the file is still the same.
    const bytes = Math.min(size, (marks.totalBytes ?? Number.POSITIVE_INFINITY) - 1);
    return bytes > 0 ? { path, point: { bytes, marks } } : undefined;
  } catch {
    return undefined;
  }
}
