import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'onereel-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LONG = '0123456789abcdef01234567';

test.each<[Record<string, string>, string]>([
  [{ PORT: 'eighty' }, 'PORT is "eighty"; it must be a whole number from 0 to 65535.'],
  [{ PORT: '65536' }, 'PORT is "65536"; it must be a whole number from 0 to 65535.'],
  [{ PORT: '80.5' }, 'PORT is "80.5"; it must be a whole number from 0 to 65535.'],
  [
    { ONEREEL_STORAGE: 's3://bucket/x?secret=1' },
    'ONEREEL_STORAGE is "s3://bucket/x"; this version stores on disk: leave it out, or set it to file:/absolute/folder. S3-compatible stores come later.',
  ],
  [
    { ONEREEL_ROLE: 'api' },
    'ONEREEL_ROLE is "api"; this version runs everything in one process: leave it out, or set it to "all".',
  ],
  [{ ONEREEL_SECRET: 'short' }, 'ONEREEL_SECRET has 5 characters; it must have at least 24.'],
  [{ ONEREEL_ADMIN_KEY: 'short' }, 'ONEREEL_ADMIN_KEY has 5 characters; it must have at least 24.'],
  [{ ONEREEL_LIVE_KEY: LONG }, 'ONEREEL_LIVE_KEY must begin with sk-live-.'],
  [{ ONEREEL_TEST_KEY: `sk-live-${LONG}` }, 'ONEREEL_TEST_KEY must begin with sk-test-.'],
  [
    { ONEREEL_ADMIN_KEY: `sk-live-${LONG}` },
    'ONEREEL_ADMIN_KEY must not begin with sk-live- or sk-test-: it would look like another kind.',
  ],
  [{ ONEREEL_TEST_KEY: `sk-test-with a blank ${LONG}` }, 'ONEREEL_TEST_KEY must not contain blanks.'],
  [
    { DATABASE_URL: 'mysql://x/y' },
    'DATABASE_URL is not usable; it must be a URL that begins with postgres:// or postgresql://.',
  ],
  [
    { ONEREEL_PUBLIC_URL: 'example.com' },
    'ONEREEL_PUBLIC_URL is not usable; it must be a URL that begins with http:// or https://.',
  ],
  [{ ONEREEL_SANDBOX_SPEED: '0' }, 'ONEREEL_SANDBOX_SPEED is "0"; it must be a number from 0.01 to 1000.'],
  [
    { ONEREEL_FETCH_ALLOW: '10.0.0.7:9000, http://x' },
    'ONEREEL_FETCH_ALLOW: "http://x" is not a host:port that the guarded fetcher could allow, such as 10.0.0.7:9000.',
  ],
  [
    { ONEREEL_TRUST_PROXY: 'true' },
    'ONEREEL_TRUST_PROXY has "true"; it must be a list of addresses such as 10.0.0.7 or 10.0.0.0/8, or loopback, linklocal, uniquelocal.',
  ],
  [
    { ONEREEL_TRUST_PROXY: '10.0.0.0/33' },
    'ONEREEL_TRUST_PROXY has "10.0.0.0/33"; it must be a list of addresses such as 10.0.0.7 or 10.0.0.0/8, or loopback, linklocal, uniquelocal.',
  ],
  [{ ONEREEL_CONFIG: '/nowhere/onereel.yaml' }, 'ONEREEL_CONFIG is "/nowhere/onereel.yaml", which does not exist.'],
  [
    { ONEREEL_VERTEX_CREDENTIALS: '/nowhere/key.json' },
    "ONEREEL_VERTEX_CREDENTIALS is \"/nowhere/key.json\"; it must be the path of a service account's JSON file (ENOENT: no such file or directory, open '/nowhere/key.json').",
  ],
])('%j is refused', async (env, message) => {
  await expect(readConfig(env, folder)).rejects.toThrow(new ConfigError(message));
});

const vidu = { name: 'mine', provider: 'vidu', credentials: '$MY_KEY' };

test.each<[string, unknown, string]>([
  ['what is no YAML', '{', 'is not valid YAML'],
  ['a word that it does not know', { chanels: [] }, ': the file: Unrecognized key: "chanels"'],
  ['a name with capitals', { channels: [{ ...vidu, name: 'Mine' }] }, ': channels.0.name: must be lower-case letters'],
  ['an environment variable that is not set', { channels: [vidu] }, 'Channel mine in onereel.yaml wants MY_KEY from'],
  ['a price that is no mapping', { prices: { 'vidu/viduq3-pro': 5 } }, ': prices.vidu/viduq3-pro: Invalid input'],
  [
    'a moment that is none',
    { rates: { CNY: { usd: 0.14, date: '2026-11-20', from: 'tomorrow' } } },
    ': rates.CNY: Invalid input',
  ],
  [
    'one name twice',
    { channels: [{ ...vidu, name: 'ark', credentials: 'a' }] },
    'Channel ark is configured twice (a vendor key of the environment makes a channel with the provider’s name).',
  ],
])('onereel.yaml with %s is refused', async (_what, content, message) => {
  const path = join(folder, 'onereel.yaml');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  await expect(readConfig({ ONEREEL_CONFIG: path, ARK_API_KEY: 'ark-1' }, folder)).rejects.toThrow(message);
});

test('prices, rates and models of the file hold from a day, from a moment, or since ever', async () => {
  const path = join(folder, 'overrides.yaml');
  writeFileSync(
    path,
    `rates:
  CNY:
    - { usd: 0.14, date: 2026-11-20 }
    - { usd: 0.13, date: 2026-12-01, from: 2026-12-01 }
prices:
  vidu/viduq3-pro: { date: 2026-11-20, micros_per_credit: 4000, from: 2026-11-20T08:00:00+08:00 }
models:
  viduq1: { withdrawn: true }
`,
  );
  const { overrides } = await readConfig({ ONEREEL_CONFIG: path }, folder);
  expect(overrides).toEqual([
    { kind: 'rate', name: 'CNY', value: { usd: 0.14, date: '2026-11-20' }, place: `${path}: rates.CNY[0]` },
    {
      kind: 'rate',
      name: 'CNY',
      value: { usd: 0.13, date: '2026-12-01' },
      place: `${path}: rates.CNY[1]`,
      from: Date.parse('2026-12-01T00:00:00Z') / 1000,
    },
    {
      kind: 'price',
      name: 'vidu/viduq3-pro',
      value: { date: '2026-11-20', micros_per_credit: 4000 },
      place: `${path}: prices.vidu/viduq3-pro`,
      from: Date.parse('2026-11-20T00:00:00Z') / 1000,
    },
    { kind: 'model', name: 'viduq1', value: { withdrawn: true }, place: `${path}: models.viduq1` },
  ]);
});

test('a channel of the file takes its credentials from the environment', async () => {
  const path = join(folder, 'good.yaml');
  writeFileSync(
    path,
    'channels:\n  - name: mine\n    provider: vidu\n    credentials: $MY_KEY\n    origin: http://10.0.0.7:1\n',
  );
  const { channels } = await readConfig({ ONEREEL_CONFIG: path, MY_KEY: 'vda_1' }, folder);
  expect(channels).toEqual([
    {
      place: `${path}: channels.0`,
      name: 'mine',
      provider: 'vidu',
      credentials: { apiKey: 'vda_1' },
      origins: { '*': 'http://10.0.0.7:1' },
      settings: {},
      concurrency: undefined,
    },
  ]);
});

test('nothing set is all defaults, and empty variables count as nothing', async () => {
  expect(await readConfig({ PORT: '', ONEREEL_DATA: ' ', ONEREEL_TRUST_PROXY: '' }, '/somewhere')).toMatchObject({
    host: '127.0.0.1',
    port: 8787,
    dataFolder: '/somewhere/.onereel',
    storageFolder: '/somewhere/.onereel/media',
    channels: [],
    fetchAllow: [],
    sandboxSpeed: 1,
  });
});
