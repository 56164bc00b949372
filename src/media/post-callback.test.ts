import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createGuardedFetcher, type GuardedFetcher } from './guarded-fetch.ts';
import { callbackProblem, postCallback } from './post-callback.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function receiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has a port
}

function fetcher(...allow: readonly string[]): GuardedFetcher {
  const made = createGuardedFetcher({ allow });
  closers.push(() => made.close());
  return made;
}

const CALL = { headers: { 'x-request-nonce': 'n-1', 'content-type': 'application/json' }, body: '{"id":"1"}' };

test('the body and the headers arrive as they are, and the status is answered', async () => {
  const seen: unknown[] = [];
  const place = await receiver((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, nonce: request.headers['x-request-nonce'], text });
      response.writeHead(204).end();
    });
  });
  expect(await postCallback(fetcher(place))(`http://${place}/hook?a=1`, CALL)).toBe(204);
  expect(seen).toEqual([{ method: 'POST', url: '/hook?a=1', nonce: 'n-1', text: CALL.body }]);
});

test.each([301, 302, 307, 308])('a redirect with %i is an answer, and is not followed', async (status) => {
  const paths: (string | undefined)[] = [];
  const place = await receiver((request, response) => {
    paths.push(request.url);
    response.writeHead(status, { location: '/there' }).end();
  });
  expect(await postCallback(fetcher(place))(`http://${place}/here`, CALL)).toBe(status);
  expect(paths).toEqual(['/here']);
});

test.each<[string, RequestListener]>([
  ['never ends', (_, response) => void response.writeHead(200).write('{')],
  ['is shorter than it says', (_, response) => void response.writeHead(200, { 'content-length': 100 }).end('{}')],
  [
    'is coded in a way that was not asked for',
    (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  ],
  ['says that it is huge', (_, response) => void response.writeHead(200, { 'content-length': 2 ** 40 }).write('{')],
])('an answer that %s counts by its status', async (_, listener) => {
  const place = await receiver(listener);
  const begun = performance.now();
  expect(await postCallback(fetcher(place))(`http://${place}/`, CALL)).toBe(200);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test('a private address is not called, whatever its name', async () => {
  const place = await receiver((_, response) => void response.end());
  const refused = expect.objectContaining({ refusal: 'private_address' });
  await expect(postCallback(fetcher())(`http://${place}/`, CALL)).rejects.toEqual(refused);
  const inside = createGuardedFetcher({ allow: [], resolve: async () => ['127.0.0.1'] });
  await expect(postCallback(inside)('http://inside.example.com/', CALL)).rejects.toEqual(refused);
  await inside.close();
});

test('a line that drops is no answer', async () => {
  const place = await receiver((request) => void request.socket.destroy());
  await expect(postCallback(fetcher(place))(`http://${place}/`, CALL)).rejects.toThrow(place);
});

test.each([
  'http://10.1.2.3/',
  'http://127.0.0.1:9000/',
  'http://0x7f.1/',
  'http://[fe80::1]/',
  'http://169.254.169.254/latest',
  'http://localhost:3000/',
  'http://api.localhost/',
  'gopher://example.com/',
  'http://me:secret@example.com/',
  '/hook',
])('%s cannot be called back', (url) => {
  const problem = callbackProblem(url, []);
  expect(problem).toBeTypeOf('string');
  expect(problem).not.toContain('secret');
});

test('public addresses, names, and what the operator allows can be called back', () => {
  expect(callbackProblem('https://example.com/hook?token=1', [])).toBeUndefined();
  expect(callbackProblem('http://93.184.216.34/', [])).toBeUndefined();
  expect(callbackProblem('http://10.1.2.3:9000/', ['10.1.2.3:9000'])).toBeUndefined();
  expect(callbackProblem('http://10.1.2.3:9001/', ['10.1.2.3:9000'])).toBeDefined();
  expect(callbackProblem('http://localhost:9000/', ['localhost:9000'])).toBeUndefined();
});
