import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeChannel, fakeProvider } from '../../test/harness/fake-vendor.ts';
import { json, startVendorServer, type VendorServer } from '../../test/harness/vendor-server.ts';
import type { ChannelAccess } from '../application/ports.ts';
import type { Exchange } from '../domain/http.ts';
import type { OutputSource } from '../domain/provider.ts';
import { openUpstream } from './upstream.ts';

let vendor: VendorServer;
let spoolFolder: string;
let upstream: ReturnType<typeof openUpstream>;
const fetched: { readonly url: string; readonly livemode: boolean }[] = [];

beforeEach(async () => {
  vendor = await startVendorServer();
  spoolFolder = await mkdtemp(join(tmpdir(), 'onereel-upstream-'));
  fetched.length = 0;
  upstream = openUpstream({
    spoolFolder,
    fetchGuarded: async (url, { livemode }) => {
      fetched.push({ url, livemode });
      return { status: 200, headers: {}, body: bodyOf('from a stranger') };
    },
    readAhead: (body) => body,
    sandbox: () => vendor.origin,
    now: () => new Date(),
  });
});

afterEach(async () => {
  await upstream.close();
  await vendor.close();
  await rm(spoolFolder, { recursive: true, force: true });
});

async function* bodyOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

/** A vendor that wants a token first. */
const provider = fakeProvider({
  authorize: {
    build: () => ({ method: 'POST', path: '/token' }),
    parse: ({ json: token }) => ({ token: String(token), expiresInSeconds: 3600 }),
  },
  sign: (request, _, { accessToken }) => ({ ...request, headers: { authorization: `Bearer ${accessToken}` } }),
});

const channel = (more: Partial<ChannelAccess> = {}) => fakeChannel({ origins: { '*': vendor.origin }, ...more });

const create: Exchange<null, number> = {
  build: () => ({ method: 'POST', path: '/create' }),
  parse: ({ status }) => status,
};

const ask = (more: { startWithinSeconds?: number; channel?: ChannelAccess } = {}) =>
  upstream.exchange({ provider, channel: channel(), deadlineSeconds: 5, ...more }, create, null);

/** Answers tokens t1, t2, …; creates are answered by the status that is next. */
function vendorWithTokens(...statuses: number[]): void {
  let issued = 0;
  vendor.answer((response, request) => {
    if (request.url === '/token') {
      issued += 1;
      return json(`t${issued}`)(response, request);
    }
    json({}, statuses.shift() ?? 200)(response, request);
  });
}

const seen = () => vendor.requests.map(({ url, headers }) => (url === '/token' ? url : headers.authorization));

test('a token is asked for once and signs what follows; for one that was refused there is a new one, once', async () => {
  vendorWithTokens(200, 401, 200, 401, 401);
  await ask();
  expect(await ask()).toEqual({ answered: true, result: 200 });
  expect(seen()).toEqual(['/token', 'Bearer t1', 'Bearer t1', '/token', 'Bearer t2']);
  expect(await ask()).toEqual({ answered: true, result: 401 });
  expect(seen().slice(5)).toEqual(['Bearer t2', '/token', 'Bearer t3']);
});

test('a create that would be sent a second time after its claim ended is not sent', async () => {
  vendor.answer((response, request) => {
    if (request.url === '/token') return json('t')(response, request);
    setTimeout(() => json({}, 401)(response, request), 300);
  });
  expect(await ask({ startWithinSeconds: 0.2 })).toMatchObject({ answered: false, sent: false });
  expect(vendor.requests.filter(({ url }) => url === '/create')).toHaveLength(1);
});

test('without a token nothing is sent', async () => {
  vendor.answer((response) => response.socket?.destroy());
  expect(await ask()).toMatchObject({
    answered: false,
    sent: false,
    reason: expect.stringMatching(/^no access token: /),
  });
  expect(vendor.requests.map(({ url }) => url)).toEqual(['/token']);
});

test('a create whose claim ended while the token was fetched is not sent', async () => {
  vendor.answer((response, request) => setTimeout(() => json('t1')(response, request), 300));
  expect(await ask({ startWithinSeconds: 0.1 })).toEqual({
    answered: false,
    sent: false,
    reason: 'the claim ended before the first byte',
  });
  expect(vendor.requests.map(({ url }) => url)).toEqual(['/token']);
});

test('an origin of the sandbox leads to this process, with the path of its vendor', async () => {
  vendorWithTokens();
  await ask({ channel: channel({ origins: { '*': 'sandbox:/vertex' } }) });
  expect(vendor.requests.map(({ url }) => url)).toEqual(['/vertex/token', '/vertex/create']);
});

const download = async (from: OutputSource['from'], more: Partial<ChannelAccess> = {}): Promise<string> => {
  const source: OutputSource = { role: 'video', mediaType: 'video/mp4', from };
  const parts: Uint8Array[] = [];
  const { body } = await upstream.download({ provider, channel: channel(more) }, source);
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
};

test("a URL is fetched as a stranger's, without credentials, in the world of its channel", async () => {
  expect(await download({ url: 'https://cdn.example/1.mp4' })).toBe('from a stranger');
  await download({ url: 'https://cdn.example/2.mp4' }, { livemode: false });
  expect(fetched).toEqual([
    { url: 'https://cdn.example/1.mp4', livemode: true },
    { url: 'https://cdn.example/2.mp4', livemode: false },
  ]);
  expect(vendor.requests).toEqual([]);
});

test("a file at the vendor's own storage is fetched signed, and only a 200 is a file", async () => {
  vendorWithTokens(200, 404);
  expect(await download({ request: { method: 'GET', path: '/object' } })).toBe('{}');
  expect(seen()).toEqual(['/token', 'Bearer t1']);
  await expect(download({ request: { method: 'GET', path: '/object' } })).rejects.toThrow('404');
});

test('spooled bytes are read once, and only from the spool', async () => {
  await writeFile(join(spoolFolder, 'inline-1'), 'a video');
  expect(await download({ spool: '../../inline-1' })).toBe('a video');
  expect(await readdir(spoolFolder)).toEqual([]);
  await expect(download({ spool: 'inline-1' })).rejects.toThrow('ENOENT');
  await expect(download({ spool: '/etc/hostname' })).rejects.toThrow('ENOENT');
});
