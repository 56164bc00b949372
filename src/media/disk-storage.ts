import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

export interface DiskStorage {
  /**
   * Spools, hashes while writing, syncs, renames, syncs the folder. Nothing is visible under the key before it is whole;
   * of two writers of one key the last wins, whole. What `body` throws passes through and leaves nothing behind.
   */
  write(key: string, body: AsyncIterable<Uint8Array>): Promise<StoredObject>;
  /** Moves a finished local file in, with the same guarantees; a copy where the file system is another one. */
  adopt(key: string, path: string): Promise<StoredObject>;
  /** Bytes; undefined when there is nothing under the key. */
  size(key: string): Promise<number | undefined>;
  /** Throws ENOENT when there is nothing under the key. `end` is inclusive. */
  read(key: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** The path where the key's bytes lie, or would lie, for probing and sending. */
  localPath(key: string): string;
  /** Nothing there is fine. */
  remove(key: string): Promise<void>;
  /** Free for this user on the folder's file system. */
  freeBytes(): Promise<number>;
  /** A folder on the same file system for half-done files; what is older than a day goes at open. */
  readonly spoolFolder: string;
  /** Removes from the spool folder what is older than a day at `now`. */
  emptySpool(now: Date): Promise<void>;
}

/** The folder belongs to another database. The message says what to do. */
export class StorageMismatch extends Error {
  override readonly name = 'StorageMismatch';
}

const markerName = '.onereel-storage';
const spoolName = '.spool';
const dayMilliseconds = 24 * 60 * 60 * 1000;
/** No leading dot: `..`, the marker and the spool folder are out of reach. */
const segment = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * Opens `folder`, making it if needed. `marker` is a random id that the database knows: written into the folder on
 * first use, and refused with StorageMismatch when the folder carries another one.
 */
export async function openDiskStorage(options: {
  readonly folder: string;
  readonly marker: string;
  readonly now?: Date;
}): Promise<DiskStorage> {
  const folder = resolve(options.folder);
  const spoolFolder = join(folder, spoolName);
  await mkdir(spoolFolder, { recursive: true, mode: 0o700 });
  await claimFolder({ folder, spoolFolder, marker: options.marker });
  const storage = diskStorage(folder, spoolFolder);
  await storage.emptySpool(options.now ?? new Date());
  return storage;
}

function diskStorage(folder: string, spoolFolder: string): DiskStorage {
  const place = (key: string) => placeOf(folder, key);
  const spool = () => join(spoolFolder, `${randomUUID()}.part`);
  const write = async (key: string, body: AsyncIterable<Uint8Array>): Promise<StoredObject> => {
    const path = place(key);
    const spooled = spool();
    try {
      const written = await writeSynced(spooled, body);
      await putInPlace({ from: spooled, to: path, folder });
      return { key, ...written };
    } catch (error) {
      await rm(spooled, { force: true });
      throw error;
    }
  };
  return {
    spoolFolder,
    emptySpool: (now) => emptySpool(spoolFolder, now.getTime() - dayMilliseconds),
    write,
    async adopt(key, path) {
      const to = place(key);
      const finished = await hashSynced(path);
      try {
        await putInPlace({ from: path, to, folder });
        return { key, ...finished };
      } catch (error) {
        if (!hasCode(error, 'EXDEV')) throw error;
      }
      const copied = await write(key, createReadStream(path));
      await rm(path, { force: true });
      return copied;
    },
    async size(key) {
      const found = await stat(place(key)).catch(absent);
      return found?.isFile() === true ? found.size : undefined;
    },
    read: (key, range) => readLazily(place(key), range),
    localPath: place,
    async remove(key) {
      const path = place(key);
      await rm(path, { force: true }).catch(absent);
      await syncFolder(dirname(path)).catch(absent);
    },
    async freeBytes() {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

/** Keys are relative paths such as `outputs/ab/123-video.mp4`; anything else is a bug of the caller's. */
function placeOf(folder: string, key: string): string {
  const segments = key.split('/');
  if (key.length > 512 || !segments.every((each) => segment.test(each))) {
    throw new RangeError(
      `${JSON.stringify(key.slice(0, 100))} is no storage key: letters, digits, ".", "_", "-" and "/"`,
    );
  }
  return join(folder, ...segments);
}

async function writeSynced(path: string, body: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      await writeAll(file, chunk);
      bytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Opens the file when it is first asked for bytes, so that a stream nobody reads holds nothing open. */
async function* readLazily(path: string, range?: { readonly start: number; readonly end: number }) {
  for await (const chunk of createReadStream(path, range)) {
    const bytes: Uint8Array = chunk;
    yield bytes;
  }
}

/** One write may take only a part. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
}

async function hashSynced(path: string) {
  if (!(await lstat(path)).isFile()) throw new RangeError(`${path} is not a regular file and cannot be stored`);
  const file = await open(path, 'r+');
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) {
      const part: Uint8Array = chunk;
      hash.update(part);
      bytes += part.length;
    }
    await file.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/** The name survives a power cut only when every folder on its way is synced too, new ones in their parents. */
async function putInPlace({ from, to, folder }: { from: string; to: string; folder: string }): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rename(from, to);
  for (let each = dirname(to); each.length >= folder.length; each = dirname(each)) await syncFolder(each);
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Linked into place, so that of two processes that open a new folder at once one wins and both see it whole. */
async function claimFolder(claim: { folder: string; spoolFolder: string; marker: string }): Promise<void> {
  const path = join(claim.folder, markerName);
  let found = await readFile(path, 'utf8').catch(absent);
  if (found === undefined) {
    const draft = join(claim.spoolFolder, `${randomUUID()}.marker`);
    await writeSynced(draft, Readable.from([Buffer.from(`${claim.marker}\n`)]));
    await link(draft, path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    await rm(draft, { force: true });
    await syncFolder(claim.folder);
    found = await readFile(path, 'utf8');
  }
  if (found.trim() === claim.marker) return;
  throw new StorageMismatch(
    `The media folder ${claim.folder} belongs to another Onereel database (${path} holds another id). ` +
      'Point ONEREEL_STORAGE or ONEREEL_DATA at the folder that goes with this database, ' +
      'or start with an empty folder and an empty database.',
  );
}

async function emptySpool(spoolFolder: string, before: number): Promise<void> {
  for (const name of await readdir(spoolFolder)) {
    const path = join(spoolFolder, name);
    const found = await lstat(path).catch(absent);
    if (found !== undefined && found.mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
}

function absent(error: unknown): undefined {
  if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
  throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
