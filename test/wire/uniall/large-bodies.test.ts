import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { png } from '../../../src/media/testing/image-bytes.ts';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

const MEBIBYTE = 1024 * 1024;
const FOX = { model: 'viduq3t-540p', prompt: 'a fox', duration: 1 };

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => discard(gateway));

interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly code: string | undefined;
}

/** Posts a body that is in memory once, however often it is sent. */
function post(path: string, body: Buffer, headers: Record<string, string | number> = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request(gateway.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.keys.test}`,
        'content-type': 'application/json',
        'content-length': body.length,
        ...headers,
      },
    });
    asked.on('response', async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      const code = text === '' ? undefined : JSON.parse(text).error?.code;
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], code });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Resident bytes of the gateway at its peak. */
async function peakBytes(): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

const withImage = (image: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ ...FOX, image: `data:image/png;base64,${image.toString('base64')}` }));

test('what Vidu’s protocol takes has its own limit', async () => {
  const body = Buffer.alloc(21 * MEBIBYTE, ' ');
  expect((await post('/ent/v2/text2video', body)).status).toBe(413);
  expect((await post('/v1/video/generations', body)).status).toBe(400);
});

test('a body without a length is refused when it passes the limit', async () => {
  const port = Number(new URL(gateway.url).port);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let sent = 0;
    const chunk = Buffer.alloc(MEBIBYTE, ' ');
    const more = (): void => {
      while (sent < 80 && text === '') {
        sent += 1;
        if (!socket.write(Buffer.concat([Buffer.from('100000\r\n'), chunk, Buffer.from('\r\n')]))) return;
      }
    };
    socket.on('drain', more).on('error', reject);
    socket.on('data', (part) => {
      text += part;
      socket.end();
      resolve(text);
    });
    socket.write(
      `POST /v1/video/generations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gateway.keys.test}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      more,
    );
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
}, 60_000);

test('twenty bodies of 60 MB at once neither take the process down nor hold up a small one for long', async () => {
  const body = withImage(Buffer.concat([png(640, 360), Buffer.alloc(45_000_000)]));
  const large = Promise.all(Array.from({ length: 20 }, () => post('/v1/video/generations', body)));
  const { call } = api(gateway);
  expect((await call('GET', '/v1/videos')).status).toBe(200);
  const answers = await large;
  const refused = answers.filter(({ status }) => status === 503);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(1);
  for (const answer of refused) expect(answer).toMatchObject({ code: 'overloaded', retryAfter: '5' });
  for (const { status } of answers) expect([200, 400, 503]).toContain(status);
  expect(await peakBytes()).toBeLessThan(1500 * MEBIBYTE);
  // What was held is given back.
  expect((await post('/v1/video/generations', body)).status).not.toBe(503);
}, 120_000);

test('a body that breaks off leaves nothing behind', async () => {
  for (let count = 0; count < 10; count += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      socket.write(
        `POST /v1/video/generations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gateway.keys.test}\r\nContent-Type: application/json\r\nContent-Length: 60000000\r\n\r\n`,
      );
      socket.write(Buffer.alloc(20 * MEBIBYTE, ' '), () => {
        socket.destroy();
        resolve();
      });
    });
  }
  const body = Buffer.alloc(60 * MEBIBYTE, ' ');
  await expect.poll(async () => (await post('/v1/video/generations', body)).status, { timeout: 10_000 }).toBe(400);
}, 60_000);
