import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { movie, u32 } from '../../../src/media/testing/mp4-boxes.ts';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { advanceClock, rows } from '../../harness/rows.ts';
import { upload } from '../../harness/upload.ts';

const MEBIBYTE = 1024 * 1024;
const QUOTA_MEBIBYTES = 450;

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ONEREEL_FILES_QUOTA: String(QUOTA_MEBIBYTES) } });
});
afterAll(() => discard(gateway));

/** A film of so many bytes, told from others by `salt`: nearly all of it is a box that says nothing. */
function* film(bytes: number, salt: number): Generator<Buffer> {
  const head = Buffer.concat([movie(), u32(bytes - movie().length), Buffer.from('free'), u32(salt)]);
  yield head;
  const zeros = Buffer.alloc(MEBIBYTE);
  for (let left = bytes - head.length; left > 0; left -= MEBIBYTE) yield zeros.subarray(0, Math.min(left, MEBIBYTE));
}

interface Large {
  readonly bytes: number;
  readonly salt?: number;
  /** Sent without a length. */
  readonly chunked?: boolean;
}

/** Uploads without holding the file in memory. */
function send({ bytes, salt = 0, chunked = false }: Large): Promise<{ status: number; body: Record<string, unknown> }> {
  const head = Buffer.from('--B\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n');
  const tail = Buffer.from('\r\n--B--\r\n');
  return new Promise((resolve, reject) => {
    const asked = request(`${gateway.url}/v1/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.keys.test}`,
        'content-type': 'multipart/form-data; boundary=B',
        ...(!chunked && { 'content-length': head.length + bytes + tail.length }),
      },
    });
    let answered = false;
    asked.on('error', reject);
    asked.on('response', async (response) => {
      answered = true;
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
    });
    const write = async (): Promise<void> => {
      asked.write(head);
      for (const part of film(bytes, salt)) {
        if (answered) break;
        if (!asked.write(part)) await new Promise((drained) => asked.once('drain', drained));
      }
      asked.end(tail);
    };
    write().catch(reject);
  });
}

async function residentBytes(which: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
}

const filesOnDisk = async (): Promise<string[]> => {
  const entries = await readdir(join(gateway.dataFolder, 'media'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
};

test('200 MiB are taken in constant memory, one byte more is refused, with and without a length', async () => {
  const before = await residentBytes('VmRSS');
  expect(await send({ bytes: 200 * MEBIBYTE })).toMatchObject({
    status: 200,
    body: { bytes: 200 * MEBIBYTE, media: { type: 'video/mp4', seconds: 5 } },
  });
  for (const chunked of [false, true]) {
    expect(await send({ bytes: 200 * MEBIBYTE + 1, chunked })).toMatchObject({
      status: 413,
      body: {
        error: { code: 'too_large', param: 'file', message: expect.stringContaining('209715200 bytes (200 MiB)') },
      },
    });
  }
  expect((await residentBytes('VmHWM')) - before).toBeLessThan(120 * MEBIBYTE);
  expect(await filesOnDisk()).toHaveLength(1);
}, 120_000);

test('of twenty at once as many fit as the quota has room for, and the others hear how much is free', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, salt) => send({ bytes: 40 * MEBIBYTE, salt: salt + 1 })),
  );
  const [kept, refused] = [200, 413].map((status) => answers.filter((answer) => answer.status === status));
  expect([kept?.length, refused?.length]).toEqual([6, 14]);
  expect(refused?.[0]?.body).toMatchObject({
    error: {
      code: 'too_large',
      message:
        'There is no room for this file: 10485760 bytes (10 MiB) of 450 MiB are free, and 7 files are kept. Delete files (DELETE /v1/files/{id}), or let them expire.',
    },
  });
  expect((await upload(gateway, { file: movie(), name: 'small.mp4' })).status).toBe(200);
  // The other world has a quota of its own.
  expect((await upload(gateway, { file: movie() }, gateway.keys.live)).status).toBe(200);
}, 120_000);

test('what has expired or was deleted goes from rows and disk, and makes room', async () => {
  const { call } = api(gateway);
  const { data } = (await call('GET', '/v1/files?limit=100')).body;
  await call('DELETE', `/v1/files/${data[0].id}`);
  await advanceClock(gateway.dataFolder, 8 * 24 * 3600);
  expect((await call('GET', '/v1/files')).body.data).toEqual([]);
  expect((await send({ bytes: 40 * MEBIBYTE, salt: 77 })).status).toBe(200);
  await expect.poll(filesOnDisk, { timeout: 60_000, interval: 500 }).toHaveLength(1);
  expect(await rows(gateway.dataFolder, 'select from files')).toHaveLength(1);
  expect(await rows(gateway.dataFolder, 'select from inputs')).toHaveLength(1);
}, 90_000);
