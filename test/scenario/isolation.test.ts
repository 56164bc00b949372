import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-isolation-'));
  vendors = await startEmulatedVendors();
  gateway = await startTestGateway({ dataFolder: join(folder, 'data'), env: await liveChannels(vendors, { folder }) });
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

const live = () => api(gateway, gateway.keys.live);
const sandbox = () => api(gateway, gateway.keys.test);
const fox = { prompt: 'a fox', duration: 4 };
const MODELS = ['viduq3t-540p', 'seedance2.0-fast-480p', 'veo-3.1-fast-generate-001'];

test('a test key never reaches a vendor, and a live key never the sandbox', async () => {
  for (const model of MODELS) {
    const { body } = await sandbox().create({ ...fox, model, duration: 4 });
    expect(body.livemode).toBe(false);
    expect((await sandbox().finished(body.id)).body).toMatchObject({ status: 'completed', livemode: false });
  }
  expect(await vendors.truth()).toEqual([]);
  const inSandbox = async () => (await rows(gateway.dataFolder, `select count(*)::int from sandbox.tasks`))[0].count;
  const before = await inSandbox();
  for (const model of MODELS) {
    const { body } = await live().create({ ...fox, model });
    expect(body.livemode).toBe(true);
    expect((await live().finished(body.id)).body).toMatchObject({ status: 'completed', livemode: true });
  }
  expect((await vendors.truth()).map(({ vendor }) => vendor).sort()).toEqual(['ark', 'vertex', 'vidu']);
  expect(await inSandbox()).toBe(before);
});

test('reads never cross between the worlds, by key', async () => {
  const mine = (await live().create({ ...fox, model: 'viduq3t-540p' })).body.id;
  await live().finished(mine);
  const theirs = (await sandbox().create({ ...fox, model: 'viduq3t-540p' })).body.id;
  await sandbox().finished(theirs);
  for (const path of ['', '/content']) {
    expect((await sandbox().call('GET', `/v1/video/generations/${mine}${path}`)).status).toBe(404);
    expect((await live().call('GET', `/v1/video/generations/${theirs}${path}`)).status).toBe(404);
  }
  const listed = async (caller: ReturnType<typeof live>): Promise<string[]> =>
    (await caller.call('GET', '/v1/video/generations?limit=100')).body.data.map(({ id }: { id: string }) => id);
  expect(await listed(live())).not.toContain(theirs);
  expect(await listed(sandbox())).not.toContain(mine);
  expect(await listed(sandbox())).toContain(theirs);
});

test('one Idempotency-Key is two in two worlds', async () => {
  const key = { 'idempotency-key': 'the-same' };
  const body = { ...fox, model: 'viduq3t-540p' };
  const [inLive, inSandbox] = [await live().create(body, key), await sandbox().create(body, key)];
  expect([inLive.status, inSandbox.status]).toEqual([200, 200]);
  expect(inLive.body.id).not.toBe(inSandbox.body.id);
  expect((await live().create(body, key)).body.id).toBe(inLive.body.id);
});

test('test money and live money are ledgers of their own', async () => {
  const kinds = await rows(
    gateway.dataFolder,
    `select livemode, sum(amount_micros)::text as sum from ledger_entries e join accounts a on a.id = e.account_id
      group by livemode order by livemode`,
  );
  expect(kinds).toEqual([
    { livemode: false, sum: '0' },
    { livemode: true, sum: '0' },
  ]);
  const mixed = await rows(
    gateway.dataFolder,
    `select t.id from ledger_transactions t join generations g on g.id = t.generation_id
      join ledger_entries e on e.transaction_id = t.id join accounts a on a.id = e.account_id
      where a.livemode <> g.livemode`,
  );
  expect(mixed).toEqual([]);
});
