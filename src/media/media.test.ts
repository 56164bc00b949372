import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InputRows, Media } from '../application/ports.ts';
import { type DiskStorage, openDiskStorage } from './disk-storage.ts';
import { createGuardedFetcher, type GuardedFetcher } from './guarded-fetch.ts';
import { openMedia } from './media.ts';
import { png } from './testing/image-bytes.ts';

const scope = { projectId: 7n, livemode: false };
const limits = { maxBytes: 1_000_000 };
const picture = png(64, 32);
const dataUri = `data:image/png;base64,${picture.toString('base64')}`;

let folder: string;
let storage: DiskStorage;
let fetcher: GuardedFetcher;
let media: Media;
let kept: { sha256: string; storageKey: string }[];
let address: string;
const server = createServer((request, response) => {
  if (request.url === '/picture.png') response.end(picture);
  else response.writeHead(404).end('gone');
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-media-'));
  storage = await openDiskStorage({ folder, marker: 'marker' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  address = `http://127.0.0.1:${port}`;
  fetcher = createGuardedFetcher({ allow: [`127.0.0.1:${port}`] });
  kept = [];
  const inputs: InputRows = {
    find: async () => undefined,
    put: async (_scope, { sha256, storageKey }) => {
      const known = kept.findIndex((row) => row.sha256 === sha256);
      return BigInt(known === -1 ? kept.push({ sha256, storageKey }) : known + 1);
    },
  };
  media = openMedia({
    storage,
    fetcher,
    inputs,
    convert: async () => ({ reason: 'nothing is converted here.' }),
    ownFile: async () => undefined,
  });
});

afterEach(async () => {
  await fetcher.close();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

test('an input by URL and the same bytes as a data URI are kept once, and read back as they were', async () => {
  const fetched = await media.keepInput(scope, { url: `${address}/picture.png` }, limits);
  const decoded = await media.keepInput(scope, { url: dataUri }, limits);
  expect(fetched).toEqual(decoded);
  expect(fetched).toMatchObject({ id: 1n, facts: { kind: 'image', mediaType: 'image/png', width: 64, height: 32 } });
  const { storageKey } = kept[0] ?? { storageKey: '' };
  expect(await readFile(storage.localPath(storageKey))).toEqual(picture);
  expect(await media.readBase64(storageKey)).toBe(picture.toString('base64'));
  expect(await readdir(join(folder, 'inputs/arriving'))).toEqual([]);
});

test('two projects never share a kept file', async () => {
  const mine = await media.keepInput(scope, { url: dataUri }, limits);
  const theirs = await media.keepInput({ ...scope, projectId: 8n }, { url: dataUri }, limits);
  const live = await media.keepInput({ ...scope, livemode: true }, { url: dataUri }, limits);
  const keys = [mine, theirs, live].map((input) => ('storageKey' in input ? input.storageKey : ''));
  expect(new Set(keys).size).toBe(3);
});

test('what cannot be fetched, decoded or recognised is refused with its reason and leaves nothing behind', async () => {
  const refused = async (url: string) => media.keepInput(scope, { url }, limits);
  expect(await refused(`${address}/missing.png`)).toMatchObject({
    refused: 'unreachable',
    reason: expect.stringContaining('404'),
  });
  expect(await refused('http://127.0.0.1:9/x.png')).toMatchObject({ refused: 'unreachable' });
  expect(await refused('data:image/png;base64,###')).toEqual({
    refused: 'invalid',
    reason: 'its data URI is not valid base64.',
  });
  expect(await refused(`data:image/png;base64,${Buffer.from('<html>').toString('base64')}`)).toMatchObject({
    refused: 'invalid',
  });
  const huge = await media.keepInput(scope, { url: dataUri }, { maxBytes: 10 });
  expect(huge).toEqual({ refused: 'invalid', reason: `it has ${picture.length} bytes; at most 10 are allowed.` });
  expect(kept).toEqual([]);
  expect(await readdir(join(folder, 'inputs/arriving')).catch(() => [])).toEqual([]);
});
