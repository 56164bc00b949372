import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { clusterPids } from '../harness/cluster-pids.ts';
import { type RunningGateway, spawnGateway, startTestGateway } from '../harness/gateway.ts';
import { rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let dataFolder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-settings-'));
  dataFolder = join(folder, 'data');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> =>
  startTestGateway({ dataFolder, env });

/** What a start says that must not come to anything: one paragraph, no trace, nothing left running. */
async function refusal(env: Readonly<Record<string, string>>, folder = dataFolder): Promise<string> {
  const gateway = await spawnGateway({ dataFolder: folder, env });
  expect(await gateway.ended()).toBe(1);
  expect(gateway.output()).not.toContain('    at ');
  if (folder === dataFolder) expect(await clusterPids(dataFolder)).toEqual([]);
  return gateway.output();
}

test('first keys are made once, private, never printed, and work', async () => {
  const first = await start();
  try {
    expect((await stat(join(dataFolder, 'keys.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
    expect(Object.keys(first.keys)).toEqual(['admin', 'live', 'test']);
    const said = first.output() + (await readFile(join(dataFolder, 'onereel.log'), 'utf8'));
    for (const key of Object.values(first.keys)) expect(said).not.toContain(key);
    expect(first.output()).toContain(join(dataFolder, 'keys.json'));
    expect((await api(first).call('GET', '/v1/models')).status).toBe(200);
  } finally {
    await first.stop();
  }
  const second = await start();
  await second.stop();
  expect(second.keys).toEqual(first.keys);
});

test('keys of the environment replace the first keys of their kind, and only those', async () => {
  const before = JSON.parse(await readFile(join(dataFolder, 'keys.json'), 'utf8'));
  const mine = 'sk-test-mine-0123456789abcdef';
  const gateway = await start({ ONEREEL_TEST_KEY: mine });
  try {
    expect(gateway.keys).toEqual({ ...before, test: mine });
    const statusWith = async (key: string) => (await api(gateway, key).call('GET', '/v1/models')).status;
    expect(await statusWith(mine)).toBe(200);
    expect(await statusWith(before.test)).toBe(401);
    expect(await statusWith(before.live)).toBe(200);
    expect(gateway.output()).not.toContain(mine);
  } finally {
    await gateway.stop();
  }
});

test('settings that cannot be used end the start with one line that says what to do', async () => {
  expect(await refusal({ PORT: 'eighty' })).toBe(
    'Onereel cannot start: PORT is "eighty"; it must be a whole number from 0 to 65535.\n',
  );
  const yaml = join(folder, 'onereel.yaml');
  await writeFile(yaml, JSON.stringify({ channels: [{ name: 'mine', provider: 'sora', credentials: 'k' }] }));
  expect(await refusal({ ONEREEL_CONFIG: yaml })).toMatch(
    /^Onereel cannot start: Channel mine: provider is "sora"; it must be vidu, .*\.\n$/,
  );
  await writeFile(yaml, JSON.stringify({ channels: [{ name: 'mine', provider: 'vertex', credentials: 'k' }] }));
  expect(await refusal({ ONEREEL_CONFIG: yaml })).toMatch(
    /^Onereel cannot start: Channel mine: the credentials of Google Vertex AI are not usable: project_id: .*\n$/,
  );
  await writeFile(yaml, JSON.stringify({ rates: { CNY: [{ usd: 0, date: '2026-11-20' }] } }));
  expect(await refusal({ ONEREEL_CONFIG: yaml })).toBe(
    `Onereel cannot start: ${yaml}: rates.CNY[0].usd is 0; it must be what one unit is worth in dollars: a number above 0, at most 1000, with nine decimals at most.\n`,
  );
  await writeFile(yaml, JSON.stringify({ models: { viduq9: { withdrawn: true } } }));
  expect(await refusal({ ONEREEL_CONFIG: yaml })).toMatch(
    /: models\.viduq9: name is "viduq9", which is no model that is offered here\. Did you mean viduq/,
  );
  expect(await refusal({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' })).toMatch(
    /^Onereel cannot start: the database does not let us in \(.*ECONNREFUSED.*\)\. Check DATABASE_URL/,
  );
  expect(await refusal({}, join(yaml, 'inside'))).toMatch(
    /^Onereel cannot start: ONEREEL_DATA is ".*"; it must be a folder that this user can make and write in \(ENOTDIR\)\.\n$/,
  );
});

test('another secret than the database was set up with is refused', async () => {
  expect(await refusal({ ONEREEL_SECRET: 'another-secret-of-24-chars' })).toMatch(
    /^Onereel cannot start: This database was set up with another secret: .* Set ONEREEL_SECRET to the one/,
  );
});

test('a media folder of another database is refused', async () => {
  const other = join(folder, 'other');
  await mkdir(other);
  await writeFile(join(other, '.onereel-storage'), 'the-marker-of-another-database\n');
  expect(await refusal({ ONEREEL_STORAGE: `file:${other}` })).toMatch(
    /^Onereel cannot start: The media folder .*other belongs to another Onereel database/,
  );
});

test('a channel name that another provider has is refused', async () => {
  const yaml = join(folder, 'onereel.yaml');
  const write = (provider: string) =>
    writeFile(yaml, JSON.stringify({ channels: [{ name: 'mine', provider, credentials: 'key-of-mine' }] }));
  await write('vidu');
  const gateway = await start({ ONEREEL_CONFIG: yaml });
  expect(gateway.output()).toContain('Live keys spend real money through: mine.');
  await gateway.stop();
  await write('ark');
  expect(await refusal({ ONEREEL_CONFIG: yaml })).toBe(
    'Onereel cannot start: Channel mine exists already, with another provider or made by the admin API; give the new one another name.\n',
  );
});

test('a schema that a newer version made is refused, and deleting the data folder resets all', async () => {
  const gateway = await start();
  await rows(dataFolder, `insert into migrations (number, sha256) values (9999, 'x')`);
  await gateway.stop();
  expect(await refusal({})).toMatch(/^Onereel cannot start: The database has migration 9999, which this version/);
  await rm(dataFolder, { recursive: true });
  // A database of one's own is not in the data folder.
  if (process.env['DATABASE_URL']) return;
  const fresh = await start();
  try {
    expect(fresh.keys.test).not.toBe(gateway.keys.test);
    expect((await api(fresh).call('GET', '/v1/video/generations')).body.data).toEqual([]);
  } finally {
    await fresh.stop();
  }
});
