import { afterEach, expect, test } from 'vitest';
import { type FetchRefusal, GuardedFetchError } from './guarded-fetch.ts';
import { bytesOf, Loopback } from './testing/loopback.ts';

const net = new Loopback();
afterEach(() => net.close());

test('an endless body is cut at the size limit, and the connection is closed', async () => {
  let closed: Promise<void> | undefined;
  const port = await net.serve((_request, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    const pour = () => {
      while (response.write(Buffer.alloc(64 * 1024))) {}
    };
    response.on('drain', pour);
    pour();
  });
  const answer = await net.fetch(port, { maxBytes: 1_000_000 });
  let received = 0;
  const reading = (async () => {
    for await (const part of answer.body) received += part.length;
  })();
  await expect(reading).rejects.toMatchObject({
    refusal: 'too_large',
    message: expect.stringContaining('1000000 bytes'),
  });
  expect(received).toBeLessThanOrEqual(1_000_000);
  await closed;
});

test('a declared length over the limit is refused before the body is read', async () => {
  const port = await net.serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'));
  await expect(net.fetch(port, { maxBytes: 999 })).rejects.toMatchObject({ refusal: 'too_large' });
});

test('a body shorter than declared is a length mismatch', async () => {
  const port = await net.serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'));
  const answer = await net.fetch(port);
  await expect(bytesOf(answer.body)).rejects.toMatchObject({
    refusal: 'length_mismatch',
    retryable: true,
    message: expect.stringContaining('5 of the 10 bytes'),
  });
});

test('a body longer than declared is cut at the declared length', async () => {
  const port = await net.serveRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'),
  );
  const answer = await net.fetch(port);
  expect((await bytesOf(answer.body)).toString()).toBe('hello');
});

test('two different declared lengths are refused', async () => {
  const port = await net.serveRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello'),
  );
  await expect(net.fetch(port)).rejects.toMatchObject({ refusal: 'connection' });
});

test('a chunked body that breaks off is an error, not an end', async () => {
  const port = await net.serveRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  );
  const answer = await net.fetch(port);
  await expect(bytesOf(answer.body)).rejects.toMatchObject({ refusal: 'connection', retryable: true });
});

test('a body that trickles is ended by the whole time', async () => {
  const port = await net.serve((_request, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const answer = await net.fetch(port, { timeoutSeconds: 0.3, idleSeconds: 5 });
  await expect(bytesOf(answer.body)).rejects.toMatchObject({
    refusal: 'timed_out',
    retryable: true,
    message: expect.stringContaining('within 0.3 s'),
  });
});

test('a body that falls silent is ended by the idle time', async () => {
  const port = await net.serve((_request, response) => void response.write('x'));
  const answer = await net.fetch(port, { timeoutSeconds: 20, idleSeconds: 0.1 });
  await expect(bytesOf(answer.body)).rejects.toMatchObject({
    refusal: 'timed_out',
    message: expect.stringContaining('nothing for 0.1 s'),
  });
});

test('a slow reader is not taken for a silent server', async () => {
  const port = await net.serve((_request, response) => response.end(Buffer.alloc(300_000)));
  const answer = await net.fetch(port, { timeoutSeconds: 20, idleSeconds: 0.1 });
  let received = 0;
  for await (const part of answer.body) {
    if (received === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    received += part.length;
  }
  expect(received).toBe(300_000);
});

test('a server that never answers, and a name server that never does, are ended too', async () => {
  const port = await net.serve(() => undefined);
  await expect(net.fetch(port, { idleSeconds: 0.1 })).rejects.toMatchObject({ refusal: 'timed_out' });
  const guarded = net.fetcher([], { resolve: () => new Promise(() => undefined) });
  await expect(guarded.fetch('http://slow.example/', { timeoutSeconds: 0.1 })).rejects.toMatchObject({
    refusal: 'timed_out',
  });
});

test.each(['Content-Encoding: gzip', 'Content-Encoding: br, identity', 'Transfer-Encoding: gzip, chunked'])(
  'a body with %s is refused, although identity was asked for',
  async (header) => {
    const port = await net.serveRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n0\r\n\r\n`));
    await expect(net.fetch(port)).rejects.toMatchObject({ refusal: 'encoding' });
  },
);

test('identity is what is asked for', async () => {
  const port = await net.serve((request, response) => response.end(request.headers['accept-encoding']));
  const answer = await net.fetch(port, { headers: { 'Accept-Encoding': 'gzip' } });
  expect((await bytesOf(answer.body)).toString()).toBe('identity');
});

test('HEAD has headers and no body', async () => {
  const port = await net.serve((_request, response) => response.writeHead(200, { 'content-length': 7000 }).end());
  const answer = await net.fetch(port, { method: 'HEAD', maxBytes: 10 });
  expect(answer.headers['content-length']).toBe('7000');
  expect(await bytesOf(answer.body)).toHaveLength(0);
});

test("the caller's signal ends the body with its own reason", async () => {
  const port = await net.serve((_request, response) => void response.write('x'));
  const abort = new AbortController();
  const answer = await net.fetch(port, { signal: abort.signal });
  const reading = bytesOf(answer.body);
  abort.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  await expect(net.fetch(port, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
});

test('leaving the loop early closes the connection', async () => {
  let closed: Promise<void> | undefined;
  const port = await net.serve((_request, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    response.write('x');
  });
  for await (const _part of (await net.fetch(port)).body) break;
  await closed;
});

test('close ends what is under way, read or not, and refuses what comes later', async () => {
  const port = await net.serve((_request, response) => void response.write('x'));
  const guarded = net.fetcher([`127.0.0.1:${port}`]);
  const answer = await guarded.fetch(`http://127.0.0.1:${port}/`);
  await guarded.close();
  await expect(bytesOf(answer.body)).rejects.toMatchObject({ refusal: 'connection' });
  await expect(guarded.fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ refusal: 'connection' });
});

test('a refusal is an error that says what to do about it, to people and to programs', async () => {
  const port = await net.serve((_request, response) => response.writeHead(410).end());
  const error = await net.fetch(port).catch((thrown: unknown) => thrown);
  const expected: FetchRefusal = 'http_status';
  expect(error).toBeInstanceOf(GuardedFetchError);
  expect(error).toMatchObject({ name: 'GuardedFetchError', refusal: expected, status: 410, retryable: false });
});
