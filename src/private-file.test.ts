import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readIfThere, writePrivate, writePrivateOnce } from './private-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-private-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('of many first writers one stands, everybody reads that one, and no draft is left', async () => {
  const path = join(folder, 'secret');
  expect(await readIfThere(path)).toBeUndefined();
  const read = await Promise.all(Array.from({ length: 20 }, (_, index) => writePrivateOnce(path, `secret ${index}`)));
  expect(new Set(read).size).toBe(1);
  expect(await readFile(path, 'utf8')).toBe(read[0]);
  expect(await readdir(folder)).toEqual(['secret']);
});

test('what is written again replaces the whole, readable by its owner only', async () => {
  const path = join(folder, 'keys.json');
  await writePrivate(path, 'a long first text');
  await writePrivate(path, 'second');
  expect(await readFile(path, 'utf8')).toBe('second');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
