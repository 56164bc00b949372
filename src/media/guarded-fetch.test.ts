import type { IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createGuardedFetcher } from './guarded-fetch.ts';
import { bytesOf, fakeInternet, Loopback } from './testing/loopback.ts';

const net = new Loopback();
afterEach(() => net.close());

test('an allowed server is fetched, with status, headers and every byte', async () => {
  const port = await net.serve((_request, response) =>
    response.writeHead(200, { 'X-Kind': 'fox', 'Content-Length': 5 }).end('hello'),
  );
  const answer = await net.fetch(port);
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
  const guarded = net.fetcher([], { dial: fakeInternet(9, dialled), resolve: async () => ['127.0.0.1'] });
  await expect(guarded.fetch(url)).rejects.toMatchObject({ refusal: 'private_address', retryable: false });
  expect(dialled).toEqual([]);
});

test('the system resolver is asked when there is no other, and localhost is refused', async () => {
  await expect(net.fetcher([]).fetch('http://localhost:1/')).rejects.toMatchObject({ refusal: 'private_address' });
});

test('a name with one private address among public ones is refused', async () => {
  const guarded = net.fetcher([], { resolve: async () => ['8.8.8.8', '10.0.0.1', '2606:4700::1'] });
  await expect(guarded.fetch('http://mixed.example/')).rejects.toMatchObject({
    refusal: 'private_address',
    message: expect.not.stringContaining('10.0.0.1'),
  });
});

test('a name whose answers change is connected to where it was checked, and refused when it turns private', async () => {
  const port = await net.serve((_request, response) => response.end('public'));
  const answers = [['93.184.216.34'], ['127.0.0.1'], ['93.184.216.35'], ['::ffff:10.0.0.1']];
  const dialled: string[] = [];
  const guarded = net.fetcher([], { dial: fakeInternet(port, dialled), resolve: async () => answers.shift() ?? [] });
  const url = `http://rebind.example:${port}/`;
  expect((await bytesOf((await guarded.fetch(url)).body)).toString()).toBe('public');
  await expect(guarded.fetch(url)).rejects.toMatchObject({ refusal: 'private_address' });
  expect((await bytesOf((await guarded.fetch(url)).body)).toString()).toBe('public');
  await expect(guarded.fetch(url)).rejects.toMatchObject({ refusal: 'private_address' });
  expect(dialled).toEqual(['93.184.216.34', '93.184.216.35']);
  expect(answers).toEqual([]);
});

test('the real socket goes to the address that was looked up, once', async () => {
  const port = await net.serve((request, response) => response.end(request.headers.host));
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return asked === 1 ? ['127.0.0.1'] : ['192.0.2.1'];
  };
  const answer = await net.fetcher([`MEDIA.intranet:${port}`], { resolve }).fetch(`http://media.INTRANET:${port}/`);
  expect((await bytesOf(answer.body)).toString()).toBe(`media.intranet:${port}`);
  expect(asked).toBe(1);
});

test('a name that does not exist is unresolvable', async () => {
  const resolve = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  await expect(net.fetcher([], { resolve }).fetch('http://gone.example/')).rejects.toMatchObject({
    refusal: 'unresolvable',
    retryable: false,
  });
});

test('an exception holds for its host and port only', async () => {
  const port = await net.serve((_request, response) => response.end('x'));
  const other = await net.serve((_request, response) => response.end('x'));
  const guarded = net.fetcher([`127.0.0.1:${port}`], { resolve: async () => ['127.0.0.1'] });
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
  const port = await net.serve((_request, response) => response.writeHead(302, { location }).end());
  const dialled: string[] = [];
  const guarded = net.fetcher([], {
    dial: fakeInternet(port, dialled),
    resolve: async (host) => (host === 'inside.example' ? ['192.168.0.9'] : ['93.184.216.34']),
  });
  await expect(guarded.fetch('http://outside.example/')).rejects.toMatchObject({ refusal: 'private_address' });
  expect(dialled).toEqual(['93.184.216.34']);
});

test('a redirect to another scheme is refused', async () => {
  const port = await net.serve((_request, response) =>
    response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  );
  await expect(net.fetch(port)).rejects.toMatchObject({ refusal: 'scheme' });
});

test('redirects are followed up to the limit, and no further', async () => {
  const port = await net.serve((request, response) => {
    const step = Number(request.url?.slice(1));
    if (step === 0) response.end('there');
    else response.writeHead(307, { location: `/${step - 1}` }).end();
  });
  const answer = await net.fetch(port, { maxRedirects: 3 }, '/3');
  expect(answer.url).toBe(`http://127.0.0.1:${port}/0`);
  expect((await bytesOf(answer.body)).toString()).toBe('there');
  await expect(net.fetch(port, { maxRedirects: 3 }, '/4')).rejects.toMatchObject({ refusal: 'too_many_redirects' });
  await expect(net.fetch(port, { maxRedirects: 0 }, '/1')).rejects.toMatchObject({ refusal: 'too_many_redirects' });
});

test("the caller's headers follow a redirect within the origin; only a range does when it leaves it", async () => {
  const seen: IncomingMessage['headers'][] = [];
  const other = await net.serve((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  const port = await net.serve((request, response) => {
    seen.push(request.headers);
    const location = request.url === '/a' ? '/b' : `http://127.0.0.1:${other}/c`;
    response.writeHead(302, { location }).end();
  });
  const guarded = net.fetcher([`127.0.0.1:${port}`, `127.0.0.1:${other}`]);
  await guarded.fetch(`http://127.0.0.1:${port}/a`, {
    headers: { Authorization: 'Bearer x', Host: 'evil.example', Range: 'bytes=5-', 'If-Range': '"a"' },
  });
  expect(seen.map((headers) => headers.authorization)).toEqual(['Bearer x', 'Bearer x', undefined]);
  expect(seen.map((headers) => [headers.range, headers['if-range']])).toEqual(Array(3).fill(['bytes=5-', '"a"']));
  expect(seen[0]?.host).toBe(`127.0.0.1:${port}`);
});

test('a POST sends its body, and becomes a GET on a 303', async () => {
  const seen: string[] = [];
  const port = await net.serve(async (request, response) => {
    seen.push(`${request.method} ${request.url} ${(await bytesOf(request)).toString()}`);
    if (request.url === '/hook') response.writeHead(303, { location: '/done' });
    response.end();
  });
  await net.fetch(port, { method: 'POST', body: Buffer.from('{}') }, '/hook');
  expect(seen).toEqual(['POST /hook {}', 'GET /done ']);
});

test('the request line carries path and query byte for byte', async () => {
  const path = '/a%2Fb/../c//d?response-content-disposition=attachment;filename="x%20y.mp4"&s=%7e~\'|';
  let seen: string | undefined;
  const port = await net.serve((request, response) => {
    seen = request.url;
    response.end();
  });
  await net.fetch(port, {}, path);
  expect(seen).toBe(path);
});

test('another status than 2xx is an error with that status, unless the caller takes it', async () => {
  const port = await net.serve((_request, response) => response.writeHead(503).end('busy'));
  await expect(net.fetch(port)).rejects.toMatchObject({
    refusal: 'http_status',
    status: 503,
    retryable: true,
    message: `http://127.0.0.1:${port}/clip.mp4: the server answered 503; it must answer with the content itself.`,
  });
  const answer = await net.fetch(port, { acceptStatus: (status) => status === 503 });
  expect((await bytesOf(answer.body)).toString()).toBe('busy');
});

test('no message carries the query', async () => {
  const port = await net.serve((_request, response) => response.writeHead(404).end());
  await expect(net.fetch(port)).rejects.toMatchObject({
    retryable: false,
    message: expect.not.stringContaining('secret'),
  });
});

test('a closed port is a connection error worth another try', async () => {
  const port = await net.serve(() => undefined);
  await net.close();
  await expect(net.fetch(port)).rejects.toMatchObject({ refusal: 'connection', retryable: true });
});

test('TLS asks for the name of the URL, although an address is connected to', async () => {
  let hello = '';
  const port = await net.serveRaw((socket, bytes) => {
    hello = bytes.toString('latin1');
    socket.end();
  });
  const guarded = net.fetcher([`secure.intranet:${port}`], { resolve: async () => ['127.0.0.1'] });
  await expect(guarded.fetch(`https://secure.intranet:${port}/`)).rejects.toMatchObject({ refusal: 'connection' });
  expect(hello).toContain('secure.intranet');
});

test('noise instead of HTTP is a connection error', async () => {
  const port = await net.serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  await expect(net.fetch(port)).rejects.toMatchObject({ refusal: 'connection' });
});

test('proxy settings of the environment are not used', async () => {
  const port = await net.serve((_request, response) => response.end('direct'));
  process.env['http_proxy'] = 'http://127.0.0.1:1';
  try {
    expect((await bytesOf((await net.fetch(port)).body)).toString()).toBe('direct');
  } finally {
    delete process.env['http_proxy'];
  }
});
