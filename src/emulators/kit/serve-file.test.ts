import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultRule } from './faults.ts';
import { serveFile } from './serve-file.ts';

const CHANGED = 'Sat, 21 Nov 2026 10:00:00 GMT';
const ETAG = `"a-${Date.parse(CHANGED).toString(16)}"`;
const app = fastify({ forceCloseConnections: true });
const sent: { status: number; bytes: number }[] = [];
let folder: string;
let url: string;
let fault: FaultRule | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-serve-'));
  const path = join(folder, 'video.mp4');
  await writeFile(path, '0123456789');
  await utimes(path, Date.parse(CHANGED) / 1000, Date.parse(CHANGED) / 1000);
  app.get('/', (request, reply) => serveFile(request, reply, { path, fault, sent: (answer) => sent.push(answer) }));
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

test.each<[string, Record<string, string>, number, string, string | null]>([
  ['no range', {}, 200, '0123456789', null],
  ['a range', { range: 'bytes=2-5' }, 206, '2345', 'bytes 2-5/10'],
  ['the rest', { range: 'bytes=7-' }, 206, '789', 'bytes 7-9/10'],
  ['the last ones', { range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
  ['the rest if it is the same', { range: 'bytes=7-', 'if-range': ETAG }, 206, '789', 'bytes 7-9/10'],
  ['the rest if unchanged since', { range: 'bytes=7-', 'if-range': CHANGED }, 206, '789', 'bytes 7-9/10'],
  ['the rest if it is another', { range: 'bytes=7-', 'if-range': '"b"' }, 200, '0123456789', null],
  ['a range nobody understands', { range: 'lines=1-' }, 200, '0123456789', null],
  ['nothing', { range: 'bytes=10-' }, 416, expect.stringContaining('InvalidRange'), 'bytes */10'],
])('asked for %s it answers as object stores do', async (_, headers, status, body, contentRange) => {
  const answer = await fetch(url, { headers });
  expect([answer.status, await answer.text(), answer.headers.get('content-range')]).toEqual([
    status,
    body,
    contentRange,
  ]);
  expect([answer.headers.get('etag'), answer.headers.get('last-modified')]).toEqual([ETAG, CHANGED]);
});

test('a cut sends a share of what was asked for and says how much', async () => {
  fault = { operation: 'download', kind: 'cut', times: 1, share: 0.75 };
  const answer = await fetch(url, { headers: { range: 'bytes=2-' } });
  expect([answer.status, answer.headers.get('content-length'), answer.headers.get('etag')]).toEqual([206, '8', ETAG]);
  await expect(answer.text()).rejects.toThrow();
  expect(sent.at(-1)).toEqual({ status: 206, bytes: 6 });
  fault = undefined;
});
