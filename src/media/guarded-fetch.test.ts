import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createRawServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Dial } from './guarded-connect.ts';
import { createGuardedFetcher, type GuardedFetcher, type GuardedFetchOptions } from './guarded-fetch.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server on loopback; `raw` writes whatever it likes to the socket. */
async function listen(server: Server | ReturnType<typeof createRawServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port; // a TCP server's address has this form
}
const serve = (answer: RequestListener) => listen(createServer(answer));
const serveRaw = (answer: (socket: Socket) => void) =>
  listen(createRawServer((socket) => void socket.once('data', () => answer(socket))));

function fetcher(
  allow: readonly string[],
  more: Partial<Parameters<typeof createGuardedFetcher>[0]> = {},
): GuardedFetcher {
  const made = createGuardedFetcher({ allow, ...more });
  closing.push(() => made.close());
  return made;
}

/** Fetches from one loopback server that is allowed. */
function fetchAllowed(port: number, options?: GuardedFetchOptions, path = '/clip.mp4?token=secret') {
  return fetcher([`127.0.0.1:${port}`]).fetch(`http://127.0.0.1:${port}${path}`, options);
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** Names of the fake public internet all lead to one loopback server; what was dialled is noted. */
function fakeInternet(port: number, dialled: string[]): Dial {
  return ({ addresses }, callback) => {
    dialled.push(...addresses);
    const socket = connect(port, '127.0.0.1', () => callback(null, socket));
    socket.on('error', (error) => callback(error, null));
  };
}

test('an allowed server is fetched, with status, headers and every byte', async () => {
  const port = await serve((_request, response) =>
    response.writeHead(200, { 'X-Kind': 'fox', 'Content-Length': 5 }).end('hello'),
  );
  const answer = await fetchAllowed(port);
  expect(answer).toMatchObject({ status: 200, headers: { 'x-kind': 'fox', 'content-length': '5' } });
  expect((await bytesOf(answer.body)).toString()).toBe('hello');
});

test.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.1/',
  'http://127.0.0.1./',
  'http://0/',
  'http://①②⑦.⓪.⓪.①/',
  'http://%31%32%37.0.0.1/',
  'http://10.1.2.3/',
  'http://172.16.0.1/',
  'http://192.168.0.1/',
  'http://0xc0a80001/',
  'http://3232235521/',
  'http://100.64.0.1/',
  'http://169.254.0.7/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/latest/meta-data/',
  'http://0251.0376.0251.0376/',
  'http://0xA9FEA9FE/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'https://127.0.0.1/',
  'http://localhost/',
  'http://LOCALHOST./',
])('%s is refused as private, and nothing is connected to', async (url) => {
  const dialled: string[] = [];
  const guarded = fetcher([], { dial: fakeInternet(9, dialled), resolve: async () => ['127.0.0.1'] });
  await expect(guarded.fetch(url)).rejects.toMatchObject({ refusal: 'private_address', retryable: false });
  expect(dialled).toEqual([]);
});

test('the system resolver is asked when there is no other, and localhost is refused', async () => {
  await expect(fetcher([]).fetch('http://localhost:1/')).rejects.toMatchObject({ refusal: 'private_address' });
});

test('a name with one private address among public ones is refused', async () => {
  const guarded = fetcher([], { resolve: async () => ['8.8.8.8', '10.0.0.1', '2606:4700::1'] });
  await expect(guarded.fetch('http://mixed.example/')).rejects.toMatchObject({
    refusal: 'private_address',
    message: expect.not.stringContaining('10.0.0.1'),
  });
});

test('a name whose answers change is connected to where it was checked, and refused when it turns private', async () => {
  const port = await serve((_request, response) => response.end('public'));
  const answers = [['93.184.216.34'], ['127.0.0.1'], ['93.184.216.35'], ['::ffff:10.0.0.1']];
  const dialled: string[] = [];
  const guarded = fetcher([], { dial: fakeInternet(port, dialled), resolve: async () => answers.shift() ?? [] });
  const url = `http://rebind.example:${port}/`;
  expect((await bytesOf((await guarded.fetch(url)).body)).toString()).toBe('public');
  await expect(guarded.fetch(url)).rejects.toMatchObject({ refusal: 'private_address' });
  expect((await bytesOf((await guarded.fetch(url)).body)).toString()).toBe('public');
  await expect(guarded.fetch(url)).rejects.toMatchObject({ refusal: 'private_address' });
  expect(dialled).toEqual(['93.184.216.34', '93.184.216.35']);
  expect(answers).toEqual([]);
});

test('the real socket goes to the address that was looked up, once', async () => {
  const port = await serve((request, response) => response.end(request.headers.host));
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return asked === 1 ? ['127.0.0.1'] : ['192.0.2.1'];
  };
  const answer = await fetcher([`MEDIA.intranet:${port}`], { resolve }).fetch(`http://media.INTRANET:${port}/`);
  expect((await bytesOf(answer.body)).toString()).toBe(`media.intranet:${port}`);
  expect(asked).toBe(1);
});

test('a name that does not exist is unresolvable', async () => {
  const resolve = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  await expect(fetcher([], { resolve }).fetch('http://gone.example/')).rejects.toMatchObject({
    refusal: 'unresolvable',
    retryable: false,
  });
});

test('an exception holds for its host and port only', async () => {
  const port = await serve((_request, response) => response.end('x'));
  const other = await serve((_request, response) => response.end('x'));
  const guarded = fetcher([`127.0.0.1:${port}`], { resolve: async () => ['127.0.0.1'] });
  await expect(guarded.fetch(`http://127.0.0.1:${port}/`)).resolves.toMatchObject({ status: 200 });
  await expect(guarded.fetch(`http://127.0.0.1:${other}/`)).rejects.toMatchObject({ refusal: 'private_address' });
  await expect(guarded.fetch(`http://localhost:${port}/`)).rejects.toMatchObject({ refusal: 'private_address' });
});

test('an exception that is no host and port is named', () => {
  expect(() => createGuardedFetcher({ allow: ['http://10.0.0.1'] })).toThrow('"http://10.0.0.1" is not a host:port');
});

test.each([
  'http://127.0.0.1:1/x',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:7f00:1]/',
  'http://2130706433/',
  '//10.0.0.1/',
  'http://inside.example/',
])('a redirect to %s is refused as private', async (location) => {
  const port = await serve((_request, response) => response.writeHead(302, { location }).end());
  const dialled: string[] = [];
  const guarded = fetcher([], {
    dial: fakeInternet(port, dialled),
    resolve: async (host) => (host === 'inside.example' ? ['192.168.0.9'] : ['93.184.216.34']),
  });
  await expect(guarded.fetch('http://outside.example/')).rejects.toMatchObject({ refusal: 'private_address' });
  expect(dialled).toEqual(['93.184.216.34']);
});

test('a redirect to another scheme is refused', async () => {
  const port = await serve((_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
  await expect(fetchAllowed(port)).rejects.toMatchObject({ refusal: 'scheme' });
});

test('redirects are followed up to the limit, and no further', async () => {
  const port = await serve((request, response) => {
    const step = Number(request.url?.slice(1));
    if (step === 0) response.end('there');
    else response.writeHead(307, { location: `/${step - 1}` }).end();
  });
  const answer = await fetchAllowed(port, { maxRedirects: 3 }, '/3');
  expect(answer.url).toBe(`http://127.0.0.1:${port}/0`);
  expect((await bytesOf(answer.body)).toString()).toBe('there');
  await expect(fetchAllowed(port, { maxRedirects: 3 }, '/4')).rejects.toMatchObject({ refusal: 'too_many_redirects' });
  await expect(fetchAllowed(port, { maxRedirects: 0 }, '/1')).rejects.toMatchObject({ refusal: 'too_many_redirects' });
});

test("the caller's headers follow a redirect within the origin, and are dropped when it leaves it", async () => {
  const seen: IncomingMessage['headers'][] = [];
  const other = await serve((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  const port = await serve((request, response) => {
    seen.push(request.headers);
    const location = request.url === '/a' ? '/b' : `http://127.0.0.1:${other}/c`;
    response.writeHead(302, { location }).end();
  });
  const guarded = fetcher([`127.0.0.1:${port}`, `127.0.0.1:${other}`]);
  await guarded.fetch(`http://127.0.0.1:${port}/a`, { headers: { Authorization: 'Bearer x', Host: 'evil.example' } });
  expect(seen.map((headers) => headers.authorization)).toEqual(['Bearer x', 'Bearer x', undefined]);
  expect(seen[0]?.host).toBe(`127.0.0.1:${port}`);
});

test('a POST sends its body, and becomes a GET on a 303', async () => {
  const seen: string[] = [];
  const port = await serve(async (request, response) => {
    seen.push(`${request.method} ${request.url} ${(await bytesOf(request)).toString()}`);
    if (request.url === '/hook') response.writeHead(303, { location: '/done' });
    response.end();
  });
  await fetchAllowed(port, { method: 'POST', body: Buffer.from('{}') }, '/hook');
  expect(seen).toEqual(['POST /hook {}', 'GET /done ']);
});

test('the request line carries path and query byte for byte', async () => {
  const path = '/a%2Fb/../c//d?response-content-disposition=attachment;filename="x%20y.mp4"&s=%7e~\'|';
  let seen: string | undefined;
  const port = await serve((request, response) => {
    seen = request.url;
    response.end();
  });
  await fetchAllowed(port, {}, path);
  expect(seen).toBe(path);
});

test('an endless body is cut at the size limit, and the connection is closed', async () => {
  let closed: Promise<void> | undefined;
  const port = await serve((_request, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    const pour = () => {
      while (response.write(Buffer.alloc(64 * 1024))) {}
    };
    response.on('drain', pour);
    pour();
  });
  const answer = await fetchAllowed(port, { maxBytes: 1_000_000 });
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
  const port = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'));
  await expect(fetchAllowed(port, { maxBytes: 999 })).rejects.toMatchObject({ refusal: 'too_large' });
});

test('a body shorter than declared is a length mismatch', async () => {
  const port = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'));
  const answer = await fetchAllowed(port);
  await expect(bytesOf(answer.body)).rejects.toMatchObject({
    refusal: 'length_mismatch',
    retryable: true,
    message: expect.stringContaining('5 of the 10 bytes'),
  });
});

test('a body longer than declared is cut at the declared length', async () => {
  const port = await serveRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'),
  );
  const answer = await fetchAllowed(port);
  expect((await bytesOf(answer.body)).toString()).toBe('hello');
});

test('two different declared lengths are refused', async () => {
  const port = await serveRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello'),
  );
  await expect(fetchAllowed(port)).rejects.toMatchObject({ refusal: 'connection' });
});

test('a chunked body that breaks off is an error, not an end', async () => {
  const port = await serveRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  );
  const answer = await fetchAllowed(port);
  await expect(bytesOf(answer.body)).rejects.toMatchObject({ refusal: 'connection', retryable: true });
});

test('a body that trickles is ended by the whole time', async () => {
  const port = await serve((_request, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const answer = await fetchAllowed(port, { timeoutSeconds: 0.3, idleSeconds: 5 });
  await expect(bytesOf(answer.body)).rejects.toMatchObject({
    refusal: 'timed_out',
    retryable: true,
    message: expect.stringContaining('within 0.3 s'),
  });
});

test('a body that falls silent is ended by the idle time', async () => {
  const port = await serve((_request, response) => void response.write('x'));
  const answer = await fetchAllowed(port, { timeoutSeconds: 20, idleSeconds: 0.1 });
  await expect(bytesOf(answer.body)).rejects.toMatchObject({
    refusal: 'timed_out',
    message: expect.stringContaining('nothing for 0.1 s'),
  });
});

test('a slow reader is not taken for a silent server', async () => {
  const port = await serve((_request, response) => response.end(Buffer.alloc(300_000)));
  const answer = await fetchAllowed(port, { timeoutSeconds: 20, idleSeconds: 0.1 });
  let received = 0;
  for await (const part of answer.body) {
    if (received === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    received += part.length;
  }
  expect(received).toBe(300_000);
});

test('a server that never answers, and a name server that never does, are ended too', async () => {
  const port = await serve(() => undefined);
  await expect(fetchAllowed(port, { idleSeconds: 0.1 })).rejects.toMatchObject({ refusal: 'timed_out' });
  const guarded = fetcher([], { resolve: () => new Promise(() => undefined) });
  await expect(guarded.fetch('http://slow.example/', { timeoutSeconds: 0.1 })).rejects.toMatchObject({
    refusal: 'timed_out',
  });
});

test.each(['Content-Encoding: gzip', 'Content-Encoding: br, identity', 'Transfer-Encoding: gzip, chunked'])(
  'a body with %s is refused, although identity was asked for',
  async (header) => {
    const port = await serveRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n0\r\n\r\n`));
    await expect(fetchAllowed(port)).rejects.toMatchObject({ refusal: 'encoding' });
  },
);

test('identity is what is asked for', async () => {
  const port = await serve((request, response) => response.end(request.headers['accept-encoding']));
  const answer = await fetchAllowed(port, { headers: { 'Accept-Encoding': 'gzip' } });
  expect((await bytesOf(answer.body)).toString()).toBe('identity');
});

test('another status than 2xx is an error with that status, unless the caller takes it', async () => {
  const port = await serve((_request, response) => response.writeHead(503).end('busy'));
  await expect(fetchAllowed(port)).rejects.toMatchObject({
    refusal: 'http_status',
    status: 503,
    retryable: true,
    message: `http://127.0.0.1:${port}/clip.mp4: the server answered 503; it must answer with the content itself.`,
  });
  const answer = await fetchAllowed(port, { acceptStatus: (status) => status === 503 });
  expect((await bytesOf(answer.body)).toString()).toBe('busy');
});

test('no message carries the query', async () => {
  const port = await serve((_request, response) => response.writeHead(404).end());
  await expect(fetchAllowed(port)).rejects.toMatchObject({
    retryable: false,
    message: expect.not.stringContaining('secret'),
  });
});

test('HEAD has headers and no body', async () => {
  const port = await serve((_request, response) => response.writeHead(200, { 'content-length': 7000 }).end());
  const answer = await fetchAllowed(port, { method: 'HEAD', maxBytes: 10 });
  expect(answer.headers['content-length']).toBe('7000');
  expect(await bytesOf(answer.body)).toHaveLength(0);
});

test('a closed port is a connection error worth another try', async () => {
  const port = await serve(() => undefined);
  for (const close of closing.splice(0)) await close();
  await expect(fetchAllowed(port)).rejects.toMatchObject({ refusal: 'connection', retryable: true });
});

test('TLS asks for the name of the URL, although an address is connected to', async () => {
  let hello = '';
  const server = createRawServer(
    (socket) =>
      void socket.once('data', (bytes) => {
        hello = bytes.toString('latin1');
        socket.end();
      }),
  );
  const port = await listen(server);
  const guarded = fetcher([`secure.intranet:${port}`], { resolve: async () => ['127.0.0.1'] });
  await expect(guarded.fetch(`https://secure.intranet:${port}/`)).rejects.toMatchObject({ refusal: 'connection' });
  expect(hello).toContain('secure.intranet');
});

test('noise instead of HTTP is a connection error', async () => {
  const port = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  await expect(fetchAllowed(port)).rejects.toMatchObject({ refusal: 'connection' });
});

test("the caller's signal ends the body with its own reason", async () => {
  const port = await serve((_request, response) => void response.write('x'));
  const abort = new AbortController();
  const answer = await fetchAllowed(port, { signal: abort.signal });
  const reading = bytesOf(answer.body);
  abort.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  await expect(fetchAllowed(port, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
});

test('leaving the loop early closes the connection', async () => {
  let closed: Promise<void> | undefined;
  const port = await serve((_request, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    response.write('x');
  });
  for await (const _part of (await fetchAllowed(port)).body) break;
  await closed;
});

test('close ends what is under way, read or not, and refuses what comes later', async () => {
  const port = await serve((_request, response) => void response.write('x'));
  const guarded = fetcher([`127.0.0.1:${port}`]);
  const answer = await guarded.fetch(`http://127.0.0.1:${port}/`);
  await guarded.close();
  await expect(bytesOf(answer.body)).rejects.toMatchObject({ refusal: 'connection' });
  await expect(guarded.fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ refusal: 'connection' });
});

test('proxy settings of the environment are not used', async () => {
  const port = await serve((_request, response) => response.end('direct'));
  process.env['http_proxy'] = 'http://127.0.0.1:1';
  closing.push(() => void delete process.env['http_proxy']);
  expect((await bytesOf((await fetchAllowed(port)).body)).toString()).toBe('direct');
});
