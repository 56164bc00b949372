import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findRecordedServer, recordServer } from './server-record.ts';

const folder = await mkdtemp(join(tmpdir(), 'onereel-record-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const url = 'http://127.0.0.1:1';
const path = join(folder, 'server.json');

test('a recorded server is found until it takes its record away', async () => {
  const forget = await recordServer(folder, url);
  expect(await findRecordedServer(folder)).toEqual({ pid: process.pid, url });
  await forget();
  expect(await findRecordedServer(folder)).toBeUndefined();
  await forget();
});

test('a pid that now belongs to another process is not taken for the server', async () => {
  await recordServer(folder, url);
  const record = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...record, identity: `${record.identity}0` }));
  expect(await findRecordedServer(folder)).toBeUndefined();
});

test('a pid that nobody has any more is not taken for the server', async () => {
  await writeFile(path, JSON.stringify({ pid: 4_194_303, identity: 'gone', url }));
  expect(await findRecordedServer(folder)).toBeUndefined();
});

test('a gateway leaves the record of another one alone', async () => {
  const forget = await recordServer(folder, url);
  const other = JSON.stringify({ pid: 1, identity: 'of another gateway', url });
  await writeFile(path, other);
  await forget();
  expect(await readFile(path, 'utf8')).toBe(other);
});

test('a broken record means that no server is known', async () => {
  await writeFile(path, '{"pid": ');
  expect(await findRecordedServer(folder)).toBeUndefined();
});
