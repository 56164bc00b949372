import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { examine } from './doctor.ts';

const folder = await mkdtemp(join(tmpdir(), 'onereel-doctor-'));
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

async function listening(status: number, body: unknown): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port; // it listens on a port
}

async function findings(env: Readonly<Record<string, string>>, yaml = '') {
  await writeFile(join(folder, 'onereel.yaml'), yaml);
  const found = await examine({ ONEREEL_DATA: join(folder, 'data'), PORT: '0', ...env }, folder);
  return new Map(found.map((finding) => [finding.name, finding]));
}

test('before the first start nothing is missing, and nothing is made', async () => {
  const found = await findings({});
  expect([...found.values()].filter(({ state }) => state === 'failed')).toEqual([]);
  expect(found.get('keys')?.message).toContain('made at the first start');
  expect(found.get('database')?.message).toBe('embedded PostgreSQL, made at the first start');
  await expect(rm(join(folder, 'data'), { recursive: true })).rejects.toThrow('ENOENT');
});

test('a setting that cannot be used is said, with what does not depend on it', async () => {
  const found = await findings({ PORT: 'abc' });
  expect([...found.keys()]).toEqual(['node', 'platform', 'encoder', 'settings']);
  expect(found.get('settings')).toMatchObject({ state: 'failed', message: expect.stringContaining('PORT is "abc"') });
});

test('every configured vendor is asked a free question with its credentials', async () => {
  const [good, bad] = [await listening(200, { remains: [] }), await listening(401, { code: 401, reason: 'x' })];
  const found = await findings(
    { VIDU_CN_API_KEY: 'a b' },
    `channels:
  - { name: good, provider: vidu, credentials: vda_1, origin: "http://127.0.0.1:${good}" }
  - { name: bad, provider: vidu, credentials: vda_1, origin: "http://127.0.0.1:${bad}" }
  - { name: gone, provider: ark, credentials: key, origin: "http://127.0.0.1:1" }
`,
  );
  expect(found.get('vendor good')).toMatchObject({ state: 'ok' });
  expect(found.get('vendor bad')).toMatchObject({ state: 'failed', message: expect.stringContaining('refuses') });
  expect(found.get('vendor gone')).toMatchObject({ state: 'failed', message: expect.stringContaining('ECONNREFUSED') });
  expect(found.get('vendor vidu-cn')).toMatchObject({ state: 'failed', message: expect.stringContaining('apiKey') });
});

test('a vendor that bills in yuan wants a rate', async () => {
  const port = await listening(200, { remains: [] });
  const channels = `channels: [{ name: cn, provider: vidu-cn, credentials: vda_1, origin: "http://127.0.0.1:${port}" }]\n`;
  expect((await findings({}, channels)).get('rate CNY')).toMatchObject({
    state: 'warning',
    message: 'none is set, and Vidu (vidu.cn) bills in CNY: requests for them alone are answered 503 price_missing',
  });
  const rates = 'rates: { CNY: { usd: 0.14, date: 2026-11-20 } }\n';
  expect((await findings({}, channels + rates)).get('rate CNY')).toMatchObject({
    state: 'ok',
    message: '$0.14 since 2026-11-20',
  });
  expect((await findings({}, 'rates: { CNY: { usd: 0.14 } }\n')).get('settings')).toMatchObject({ state: 'failed' });
});

test('a database that nobody reaches and a port that is taken are failures with a way out', async () => {
  const port = await listening(200, { status: 'something else' });
  const found = await findings({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x', PORT: String(port) });
  expect(found.get('database')).toMatchObject({ state: 'failed', fix: expect.stringContaining('DATABASE_URL') });
  expect(found.get('server')).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('another program'),
    fix: expect.stringContaining('PORT'),
  });
});

test('a data folder that is no folder is said', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  expect((await findings({ ONEREEL_DATA: path })).get('data folder')).toMatchObject({
    state: 'failed',
    message: `${path} is not a folder`,
  });
});
