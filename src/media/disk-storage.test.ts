import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type DiskStorage, openDiskStorage, type StoredObject } from './disk-storage.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-storage-'));
  folders.push(folder);
  return folder;
}

async function opened(): Promise<DiskStorage> {
  return openDiskStorage({ folder: join(await temporary(), 'media'), marker: 'm1' });
}

async function* parts(...each: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of each) yield Buffer.from(part);
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const part of body) all.push(part);
  return Buffer.concat(all).toString();
}

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const key = 'outputs/ab/123-video.mp4';

test('what is written can be read, whole and in part, with size and hash', async () => {
  const storage = await opened();
  const stored: StoredObject = await storage.write(key, parts('hello ', '', 'world'));
  expect(stored).toEqual({ key, bytes: 11, sha256: sha256('hello world') });
  expect(await storage.size(key)).toBe(11);
  expect(await text(storage.read(key))).toBe('hello world');
  expect(await text(storage.read(key, { start: 6, end: 8 }))).toBe('wor');
  expect(await readFile(storage.localPath(key), 'utf8')).toBe('hello world');
  expect((await stat(storage.localPath(key))).mode & 0o777).toBe(0o600);
  expect(await readdir(storage.spoolFolder)).toEqual([]);
  await storage.write(key, parts('again'));
  expect(await text(storage.read(key))).toBe('again');
});

test('nothing is visible before the body is whole, and nothing is left of one that broke', async () => {
  const storage = await opened();
  await storage.write(key, parts('old'));
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('new');
    expect(await readFile(storage.localPath(key), 'utf8')).toBe('old');
    expect(await readdir(storage.spoolFolder)).toHaveLength(1);
    throw new Error('the vendor hung up');
  }
  await expect(storage.write(key, broken())).rejects.toThrow('the vendor hung up');
  expect(await text(storage.read(key))).toBe('old');
  expect(await readdir(storage.spoolFolder)).toEqual([]);
});

test('of many writers of one key one wins, whole', async () => {
  const storage = await opened();
  const bodies = Array.from({ length: 8 }, () => randomBytes(200_000));
  const stored = await Promise.all(
    bodies.map((body) => storage.write(key, parts(body.subarray(0, 70_000), body.subarray(70_000)))),
  );
  const found = await readFile(storage.localPath(key));
  expect(stored.map((each) => each.sha256)).toEqual(bodies.map(sha256));
  expect(bodies.some((body) => body.equals(found))).toBe(true);
  expect(await readdir(storage.spoolFolder)).toEqual([]);
});

test('a finished file is adopted: moved, hashed, gone from where it was', async () => {
  const storage = await opened();
  const path = join(storage.spoolFolder, 'rendered.mp4');
  await writeFile(path, 'video');
  expect(await storage.adopt(key, path)).toEqual({ key, bytes: 5, sha256: sha256('video') });
  expect(await text(storage.read(key))).toBe('video');
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('a link is not adopted', async () => {
  const storage = await opened();
  const path = join(storage.spoolFolder, 'link');
  await symlink('/etc/hostname', path);
  await expect(storage.adopt(key, path)).rejects.toThrow('not a regular file');
});

test.each([
  '',
  '/etc/passwd',
  '../x',
  'a/../../x',
  'a/..',
  'a//b',
  'a/',
  './a',
  'a\0b',
  'a\\b',
  '.onereel-storage',
  '.spool/x',
  'a/.hidden',
  'x'.repeat(600),
])('%j is no key', async (bad) => {
  const storage = await opened();
  await expect(storage.write(bad, parts('x'))).rejects.toThrow(RangeError);
  await expect(storage.size(bad)).rejects.toThrow(RangeError);
  await expect(storage.remove(bad)).rejects.toThrow(RangeError);
  expect(() => storage.localPath(bad)).toThrow(RangeError);
});

test('what is not there has no size, and removing it is fine', async () => {
  const storage = await opened();
  expect(await storage.size(key)).toBeUndefined();
  await storage.remove(key);
  await storage.write(key, parts('x'));
  await storage.remove(key);
  expect(await storage.size(key)).toBeUndefined();
  expect(await storage.size('outputs/ab')).toBeUndefined();
  await expect(text(storage.read(key))).rejects.toThrow('ENOENT');
});

test('a folder belongs to the database that marked it first', async () => {
  const folder = await temporary();
  await openDiskStorage({ folder, marker: 'm1' });
  expect((await readFile(join(folder, '.onereel-storage'), 'utf8')).trim()).toBe('m1');
  await expect(openDiskStorage({ folder, marker: 'm1' })).resolves.toBeDefined();
  await expect(openDiskStorage({ folder, marker: 'm2' })).rejects.toMatchObject({
    name: 'StorageMismatch',
    message: expect.stringContaining('ONEREEL_STORAGE'),
  });
});

test('of two databases that open a new folder at once one gets it', async () => {
  const folder = await temporary();
  const tries = ['m1', 'm2', 'm3', 'm4'].map((marker) => openDiskStorage({ folder, marker }));
  const outcomes = await Promise.allSettled(tries);
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
});

test('spool files older than a day go at open, younger ones stay', async () => {
  const folder = await temporary();
  const { spoolFolder } = await openDiskStorage({ folder, marker: 'm1' });
  await writeFile(join(spoolFolder, 'old.part'), 'x');
  await writeFile(join(spoolFolder, 'young.part'), 'x');
  const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(join(spoolFolder, 'old.part'), longAgo, longAgo);
  await openDiskStorage({ folder, marker: 'm1' });
  expect(await readdir(spoolFolder)).toEqual(['young.part']);
});

test('free space is told in bytes', async () => {
  expect(await (await opened()).freeBytes()).toBeGreaterThan(1_000_000);
});

test('a large body takes no more memory than a chunk', async () => {
  const storage = await opened();
  const chunk = Buffer.alloc(1024 * 1024);
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < 200; sent += 1) yield chunk;
  }
  const before = process.memoryUsage().rss;
  await storage.write(key, large());
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});
