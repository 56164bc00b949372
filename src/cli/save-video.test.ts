import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { saveVideo, targetOf } from './save-video.ts';

const VIDEO = Buffer.from('the video');
const server = createServer((_request, response) => response.end(VIDEO)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo; // it listens on a port
afterAll(() => server.close());

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-save-'));
  return () => rm(folder, { recursive: true, force: true });
});

const wanted = {
  url: `http://127.0.0.1:${port}/`,
  bytes: VIDEO.length,
  sha256: createHash('sha256').update(VIDEO).digest('hex'),
};
const { signal } = new AbortController();
const target = (out?: string, force = false) => targetOf(out, { name: 'fox', folder, force });

test('a video is saved whole, and nothing else is left', async () => {
  expect(await saveVideo(wanted, await target('a.mp4'), signal)).toBe(join(folder, 'a.mp4'));
  expect(await readFile(join(folder, 'a.mp4'))).toEqual(VIDEO);
  expect(await readdir(folder)).toEqual(['a.mp4']);
});

test('a file that nobody named gets a number when its name is taken', async () => {
  await writeFile(join(folder, 'fox.mp4'), 'mine');
  expect(await saveVideo(wanted, await target(), signal)).toBe(join(folder, 'fox-2.mp4'));
  expect(await readFile(join(folder, 'fox.mp4'), 'utf8')).toBe('mine');
});

test('a named file is never replaced without force, even when it came meanwhile', async () => {
  const early = await target('a.mp4');
  await writeFile(join(folder, 'a.mp4'), 'mine');
  await expect(target('a.mp4')).rejects.toThrow('a.mp4 exists already');
  await expect(saveVideo(wanted, early, signal)).rejects.toThrow('not replaced without --force');
  expect(await readdir(folder)).toEqual(['a.mp4']);
  await saveVideo(wanted, await target('a.mp4', true), signal);
  expect(await readFile(join(folder, 'a.mp4'))).toEqual(VIDEO);
});

test('bytes that are not those of the video are not saved', async () => {
  const out = await target('a.mp4');
  await expect(saveVideo({ ...wanted, sha256: '0' }, out, signal)).rejects.toThrow('not those of the video');
  await expect(saveVideo({ ...wanted, bytes: 99 }, out, signal)).rejects.toThrow('9 of 99 bytes');
  expect(await readdir(folder)).toEqual([]);
});

test('a place that cannot be written is refused at once', async () => {
  await mkdir(join(folder, 'sub'));
  await expect(target('sub')).rejects.toThrow('is a folder');
  await expect(target('none/a.mp4')).rejects.toThrow('nothing can be written to the folder');
});
