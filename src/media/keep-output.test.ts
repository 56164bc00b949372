import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileMarks, OutputPlace, ResumePoint } from '../application/download.ts';
import { type DiskStorage, openDiskStorage } from './disk-storage.ts';
import { keepOutputs } from './keep-output.ts';

const FILE = randomBytes(300_000);
const MARKS: FileMarks = { totalBytes: FILE.length, etag: '"a"', ifRange: '"a"' };

let folder: string;
let storage: DiskStorage;
let outputs: ReturnType<typeof keepOutputs>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-output-'));
  storage = await openDiskStorage({ folder, marker: 'marker' });
  outputs = keepOutputs({ storage });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Each claim has a key of its own. */
const place = (claim = 1, more: Partial<OutputPlace> = {}): OutputPlace => ({
  storageKey: `outputs/1/2/${claim}-video.mp4`,
  attemptId: 5n,
  role: 'video',
  ...more,
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const parts = async (): Promise<string[]> =>
  (await readdir(storage.spoolFolder, { recursive: true })).filter((name) => name.endsWith('.part'));

async function* pieces(bytes: Uint8Array, { broken = false } = {}): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
  if (broken) throw new Error('the line dropped');
}

/** A storage that goes on where it is asked to, up to `until`; then the line drops. */
const served =
  (until: number, { file = FILE, marks = MARKS, points = [] as (ResumePoint | undefined)[] } = {}) =>
  async (from?: ResumePoint) => {
    points.push(from);
    const startsAt = from?.bytes ?? 0;
    return { startsAt, marks, body: pieces(file.subarray(startsAt, until), { broken: until < file.length }) };
  };

test('several tries make one whole file, and nothing is left in the spool', async () => {
  const points: (ResumePoint | undefined)[] = [];
  await expect(outputs.keepOutput(place(1), served(120_000, { points }))).rejects.toThrow('the line dropped');
  await expect(outputs.keepOutput(place(2), served(250_000, { points }))).rejects.toThrow('the line dropped');
  expect(await parts()).toHaveLength(1);
  const kept = await outputs.keepOutput(place(3), served(FILE.length, { points }));
  expect(kept).toEqual({ bytes: FILE.length, sha256: sha256(FILE) });
  expect(points.map((point) => point?.bytes)).toEqual([undefined, 120_000, 250_000]);
  expect(points[2]?.marks).toEqual(MARKS);
  expect(await readFile(storage.localPath('outputs/1/2/3-video.mp4'))).toEqual(FILE);
  expect(await parts()).toEqual([]);
});

test('another process on the same folder goes on too; another attempt, and another role, do not', async () => {
  await expect(outputs.keepOutput(place(), served(120_000))).rejects.toThrow();
  const next = keepOutputs({ storage: await openDiskStorage({ folder, marker: 'marker' }) });
  const points: (ResumePoint | undefined)[] = [];
  await next.keepOutput(place(2, { attemptId: 6n }), served(FILE.length, { points }));
  await next.keepOutput(place(3, { role: 'thumbnail' }), served(FILE.length, { points }));
  await next.keepOutput(place(4), served(FILE.length, { points }));
  expect(points.map((point) => point?.bytes)).toEqual([undefined, undefined, 120_000]);
});

test('a file that comes from its start again is kept alone', async () => {
  await expect(outputs.keepOutput(place(), served(120_000))).rejects.toThrow();
  const other = randomBytes(200_000);
  const kept = await outputs.keepOutput(place(2), () => served(other.length, { file: other, marks: {} })());
  expect(kept).toEqual({ bytes: 200_000, sha256: sha256(other) });
});

test('a worker that lost its claim and still writes does not touch what its successor makes', async () => {
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  const { promise: waits, resolve: isWaiting } = Promise.withResolvers<void>();
  const late = outputs.keepOutput(place(1), async () => ({
    startsAt: 0,
    marks: MARKS,
    body: (async function* () {
      yield FILE.subarray(0, 100_000);
      isWaiting();
      await goOn;
      yield Buffer.alloc(200_000, 'x');
    })(),
  }));
  late.catch(() => {});
  await waits;
  const points: (ResumePoint | undefined)[] = [];
  const kept = await outputs.keepOutput(place(2), async (from) => {
    const { body, ...download } = await served(FILE.length, { points })(from);
    const interrupted = async function* () {
      let read = 0;
      for await (const chunk of body) {
        yield chunk;
        read += 1;
        if (read === 3) resolve();
        if (read === 3) await late.catch(() => {});
      }
    };
    return { ...download, body: interrupted() };
  });
  expect(points[0]?.bytes).toBe(100_000);
  expect(kept).toEqual({ bytes: FILE.length, sha256: sha256(FILE) });
  // Its part was taken from under it: its try has failed, and left nothing.
  await expect(late).rejects.toThrow('ENOENT');
  expect(await parts()).toEqual([]);
});

test('of a whole that was not put in place the last byte is asked for', async () => {
  // It ended without a word: as if the process was killed right then.
  const whole = async () => ({ startsAt: 0, marks: MARKS, body: pieces(FILE, { broken: true }) });
  await expect(outputs.keepOutput(place(), whole)).rejects.toThrow();
  const points: (ResumePoint | undefined)[] = [];
  expect((await outputs.keepOutput(place(2), served(FILE.length, { points }))).sha256).toBe(sha256(FILE));
  expect(points[0]?.bytes).toBe(FILE.length - 1);
});

test('nothing is gone on with that cannot be told from another file, or that was written before the machine started', async () => {
  const points: (ResumePoint | undefined)[] = [];
  await expect(outputs.keepOutput(place(1), served(50_000, { marks: { etag: 'W/"a"' }, points }))).rejects.toThrow();
  await expect(outputs.keepOutput(place(2), served(50_000, { points }))).rejects.toThrow();
  const [part = ''] = await parts();
  await utimes(join(storage.spoolFolder, part), 1000, 1000);
  await outputs.keepOutput(place(3), served(FILE.length, { points }));
  expect(points).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['fewer bytes than announced', FILE.subarray(0, 200_000), 'the body ended after 200000 of 300000 bytes', 1],
  ['more bytes than announced', Buffer.concat([FILE, FILE]), 'more came than the 300000 bytes announced', 0],
])('%s are no file', async (_, bytes, message, left) => {
  const lying = async () => ({ startsAt: 0, marks: MARKS, body: pieces(bytes) });
  await expect(outputs.keepOutput(place(), lying)).rejects.toThrow(message);
  expect(await storage.size(place().storageKey)).toBeUndefined();
  expect(await parts()).toHaveLength(left);
});

test('the limit holds over all tries together', async () => {
  const tight = keepOutputs({ storage, mostBytes: 200_000 });
  await expect(tight.keepOutput(place(), served(150_000))).rejects.toThrow('the line dropped');
  await expect(tight.keepOutput(place(2), served(FILE.length))).rejects.toThrow('larger than 200000 bytes');
  expect(await parts()).toEqual([]);
});

test('parts go with their attempt, and after a day', async () => {
  let now = new Date();
  outputs = keepOutputs({ storage, now: () => now });
  await expect(outputs.keepOutput(place(1), served(50_000))).rejects.toThrow();
  await outputs.dropPartials(6n);
  expect(await parts()).toHaveLength(1);
  await outputs.dropPartials(5n);
  expect(await readdir(storage.spoolFolder)).toEqual([]);
  await expect(outputs.keepOutput(place(2), served(50_000))).rejects.toThrow();
  now = new Date(now.getTime() + 25 * 3600 * 1000);
  await outputs.keepOutput(place(3, { attemptId: 6n }), served(FILE.length));
  await expect(stat(join(storage.spoolFolder, 'collect-5'))).rejects.toThrow('ENOENT');
});
