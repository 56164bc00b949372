import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { json, startVendorServer, type VendorServer } from '../../test/harness/vendor-server.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../domain/http.ts';
import { addressOf, type Line, openAgent, perform } from './exchange.ts';

let vendor: VendorServer;
let line: Line;

beforeEach(async () => {
  vendor = await startVendorServer();
  line = { agent: openAgent(), spoolFolder: await mkdtemp(join(tmpdir(), 'onereel-upstream-')) };
});

afterEach(async () => {
  await line.agent.destroy();
  await vendor.close();
  await rm(line.spoolFolder, { recursive: true, force: true });
});

/** Answers with what was read. */
const reading: Exchange<null, HttpResponse> = {
  build: () => ({ method: 'POST', path: '/create' }),
  parse: (response) => response,
};
const POST: HttpRequest = { method: 'POST', path: '/create', body: { json: { prompt: 'a fox' } } };

const ask = (origin = vendor.origin, { request = POST, deadlineSeconds = 5, exchange = reading } = {}) =>
  perform(line, { origin, request, deadlineSeconds }, exchange, null);

/** A server that speaks no HTTP: it does this to every connection, once bytes have come. */
async function rawServer(
  onData: (socket: Socket) => void,
): Promise<{ origin: string; close: () => void; count: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => onData(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close(), count: () => connections };
}

test('a request goes out as the adapter wrote it, and its answer comes back parsed', async () => {
  vendor.answer(json({ id: 7 }, 201));
  const request: HttpRequest = {
    method: 'POST',
    path: '/v2/create',
    query: { tag: ['a', 'b &'] },
    headers: { authorization: 'Token x' },
    body: { json: { prompt: 'fox ü' } },
  };
  const outcome = await ask(`${vendor.origin}/base/`, { request });
  expect(outcome).toMatchObject({ answered: true, result: { status: 201, json: { id: 7 } } });
  expect(vendor.requests).toMatchObject([
    {
      method: 'POST',
      url: '/base/v2/create?tag=a&tag=b+%26',
      body: '{"prompt":"fox ü"}',
      headers: { authorization: 'Token x', 'content-type': 'application/json', 'user-agent': 'onereel' },
    },
  ]);
});

test('a form is sent as a form', async () => {
  await ask(vendor.origin, { request: { method: 'POST', path: '/token', body: { form: { grant: 'a b', x: '&' } } } });
  expect(vendor.requests[0]).toMatchObject({
    body: 'grant=a+b&x=%26',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
});

test('where nothing listens, surely nothing was sent', async () => {
  await vendor.close();
  expect(await ask()).toMatchObject({ answered: false, sent: false, reason: expect.stringContaining('ECONNREFUSED') });
});

test('where the name does not exist, surely nothing was sent', async () => {
  expect(await ask('http://nowhere.invalid')).toMatchObject({ answered: false, sent: false });
});

test('where TLS does not come about, surely nothing was sent', async () => {
  // It answers the greeting with plain text.
  const plain = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await ask(plain.origin.replace('http:', 'https:'))).toMatchObject({ answered: false, sent: false });
  plain.close();
});

test('a connection that stands but does not get through TLS in time has sent nothing', async () => {
  const silent = await rawServer(() => {});
  line = { ...line, agent: openAgent({ connectSeconds: 0.3 }) };
  const outcome = await ask(silent.origin.replace('http:', 'https:'));
  expect(outcome).toMatchObject({ answered: false, sent: false });
  silent.close();
});

test('a vendor that hangs up after the request may have taken it, and is not asked again', async () => {
  const rude = await rawServer((socket) => socket.destroy());
  expect(await ask(rude.origin)).toMatchObject({ answered: false, sent: true });
  expect(rude.count()).toBe(1);
  rude.close();
});

test('a kept connection that dies under the request is not tried again by itself', async () => {
  vendor.answer(json({}));
  await ask();
  vendor.answer((response) => response.socket?.destroy());
  expect(await ask()).toMatchObject({ answered: false, sent: true });
  expect(vendor.requests).toHaveLength(2);
});

test('a line that drops in the middle of the answer leaves the outcome unknown', async () => {
  vendor.answer((response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"id":');
    setTimeout(() => response.socket?.destroy(), 50);
  });
  expect(await ask()).toMatchObject({ answered: false, sent: true });
});

test.each(['before the head', 'in the body'])('a vendor that hangs %s is given up at the deadline', async (where) => {
  vendor.answer((response) => {
    if (where === 'in the body') response.writeHead(200).write('{');
  });
  const begun = performance.now();
  expect(await ask(vendor.origin, { deadlineSeconds: 0.3 })).toMatchObject({ answered: false, sent: true });
  expect(performance.now() - begun).toBeLessThan(3000);
});

test('what is not HTTP leaves the outcome unknown', async () => {
  const garbage = await rawServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
  expect(await ask(garbage.origin)).toMatchObject({ answered: false, sent: true });
  garbage.close();
});

test('a page of HTML is an answer without JSON, of which the start is kept', async () => {
  vendor.answer((response) => response.writeHead(502, { 'content-type': 'text/html' }).end(`<h1>${'x'.repeat(5000)}`));
  const outcome = await ask();
  expect(outcome).toMatchObject({ answered: true, result: { status: 502, text: expect.stringMatching(/^<h1>x+$/) } });
  expect(outcome.answered && outcome.result.json).toBeUndefined();
  expect(outcome.answered && outcome.result.text.length).toBe(2000);
});

test('JSON is read whatever the content type says', async () => {
  vendor.answer((response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(' {"id": 1}\n'));
  expect(await ask()).toMatchObject({ result: { json: { id: 1 } } });
});

test('an answer without end is cut off', async () => {
  vendor.answer((response) => {
    response.writeHead(200);
    const pour = (): void => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', pour);
    };
    pour();
  });
  expect(await ask()).toMatchObject({ answered: false, sent: true, reason: expect.stringContaining('larger than') });
});

test('a redirect is an answer, and is not followed', async () => {
  vendor.answer((response) => response.writeHead(302, { location: `${vendor.origin}/elsewhere` }).end());
  expect(await ask()).toMatchObject({ answered: true, result: { status: 302 } });
  expect(vendor.requests).toHaveLength(1);
});

test('an answer that the adapter cannot read is an unknown outcome, not a crash', async () => {
  const exchange: typeof reading = {
    ...reading,
    parse: () => {
      throw new TypeError('id of undefined');
    },
  };
  expect(await ask(vendor.origin, { exchange })).toEqual({ answered: false, sent: true, reason: 'id of undefined' });
});

test('a huge value goes to the spool, and the adapter sees its name', async () => {
  const video = Buffer.alloc(10_000_000, 'video');
  vendor.answer(json({ done: true, video: video.toString('base64') }));
  const outcome = await ask(vendor.origin, { exchange: { ...reading, spools: 'video' } });
  const [file = ''] = await readdir(line.spoolFolder);
  expect(outcome).toMatchObject({ result: { json: { done: true, video: `spool:${file}` } } });
  expect((await readFile(join(line.spoolFolder, file))).equals(video)).toBe(true);
});

test('a path of the adapter stays at its origin', () => {
  const path = (text: `/${string}`) => addressOf('https://api.example', { method: 'GET', path: text }).host;
  expect([path('/a'), path('//evil.example/a'), path('/@evil.example')]).toEqual(Array(3).fill('api.example'));
});
