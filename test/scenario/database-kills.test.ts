import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { endServer } from '../../src/postgres/embedded/test-gateway.ts';
import { api } from '../harness/api.ts';
import { clusterPids } from '../harness/cluster-pids.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { bookTroubles, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** The embedded server is ours to kill; another one is not. */
const embedded = (process.env['DATABASE_URL'] ?? '') === '';

let folder: string;
let vendors: EmulatedVendors;
const gateways: RunningGateway[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-database-'));
  vendors = await startEmulatedVendors({ speed: 4 });
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
});
afterAll(async () => {
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

/** All on one data folder, with videos that cost nothing to make. */
async function start(): Promise<RunningGateway> {
  const env = await liveChannels(vendors, { folder });
  const gateway = await startTestGateway({ dataFolder: join(folder, 'data'), env });
  gateways.push(gateway);
  return gateway;
}

const live = (gateway: RunningGateway) => api(gateway, gateway.keys.live);

const postmasterOf = async ({ dataFolder }: RunningGateway): Promise<number> =>
  Number((await readFile(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

/** SIGSTOP: not dead, so that nobody restarts it, but nothing answers. */
async function signalServer(gateway: RunningGateway, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const pid = await postmasterOf(gateway);
  const backends = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
  for (const one of [pid, ...backends]) process.kill(one, signal);
}

const fox = { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 };

/** One that the vendor has accepted: a create that is killed under way is looked for, for ten minutes. */
async function runningFox(gateway: RunningGateway): Promise<string> {
  const { id } = (await live(gateway).create({ ...fox, prompt: 'a fox [test:slow]' })).body;
  const state = async () =>
    (await rows(gateway.dataFolder, `select state from attempts where 'task_' || generation_id = $1`, [id]))[0]?.state;
  await expect.poll(state, { timeout: 15_000 }).toBe('running');
  return id;
}

test('after a kill of the gateway the next start has its data and finishes its work', async () => {
  const first = await start();
  const id = await runningFox(first);
  await first.kill();
  const second = await start();
  expect(second.keys).toEqual(first.keys);
  expect((await live(second).finished(id)).body.status).toBe('completed');
});

test.runIf(embedded)('after a kill of everything the next start has its data and finishes its work', async () => {
  const first = await start();
  const id = await runningFox(first);
  await first.kill();
  await endServer(first.dataFolder);
  const second = await start();
  expect((await live(second).finished(id)).body.status).toBe('completed');
});

test.runIf(embedded)('a kill of the database under a serving gateway is mended by itself within seconds', async () => {
  const gateway = await start();
  const { create, get, call, finished } = live(gateway);
  const open = await runningFox(gateway);
  await get(open);
  process.kill(await postmasterOf(gateway), 'SIGKILL');
  const creates: string[] = [];
  const began = performance.now();
  // What a caller meets, from the first moment on.
  while (creates.length < 5) {
    const [status, created] = await Promise.all([get(open), create({ ...fox, prompt: `number ${creates.length}` })]);
    expect(status.status, JSON.stringify(status.body)).toBe(200);
    if (created.status === 200) creates.push(created.body.id);
    else {
      expect([created.status, created.body.error.code], JSON.stringify(created.body)).toEqual([503, 'unavailable']);
      expect(created.headers.get('retry-after') ?? created.headers.get('x-should-retry')).toMatch(/^(\d+|false)$/);
    }
    expect(performance.now() - began).toBeLessThan(20_000);
    await sleep(100);
  }
  expect((await call('GET', '/readyz')).status).toBe(200);
  for (const id of [open, ...creates]) expect((await finished(id)).body.status).toBe('completed');
  expect(await bookTroubles(gateway.dataFolder)).toEqual([]);
});

test.runIf(embedded)('an answer of a vendor that comes while the database restarts is not lost', async () => {
  const gateway = await start();
  // Vertex has no list: what it answers now cannot be found later.
  await vendors.addFaults([{ vendor: 'vertex', operation: 'create', kind: 'hang', seconds: 1, match: 'restart' }]);
  const { body } = await live(gateway).create({
    model: 'veo-3.1-fast-generate-001',
    prompt: 'during a restart',
    duration: 4,
  });
  await expect.poll(() => vendors.faults(), { timeout: 15_000 }).toEqual([]);
  await signalServer(gateway, 'SIGSTOP');
  await sleep(1500);
  await endServer(gateway.dataFolder);
  expect((await live(gateway).finished(body.id)).body.status).toBe('completed');
});

test.runIf(embedded)(
  'while the database is away reads tell what was seen last, also with a key not used lately',
  { timeout: 60_000 },
  async () => {
    const gateway = await start();
    const { create, get, finished } = live(gateway);
    const { id } = (await create(fox)).body;
    const last = (await finished(id)).body;
    await sleep(2500); // what is remembered of a key is no longer fresh
    await signalServer(gateway, 'SIGSTOP');
    try {
      const [seen, unseen] = await Promise.all([get(id), api(gateway, 'sk-test-nobody-has-this-key').get(id)]);
      expect(seen.status, JSON.stringify(seen.body)).toBe(200);
      expect(seen.body).toMatchObject({ id, status: 'completed', result: { media: last.result.media } });
      expect(unseen.status).toBe(503);
    } finally {
      await signalServer(gateway, 'SIGCONT');
    }
    expect((await get(id)).status).toBe(200);
  },
);

test('two gateways on one data folder serve each other’s generations, and the last takes the database along', async () => {
  const [first, second] = [await start(), await start()];
  const { id } = (await live(first).create(fox)).body;
  expect((await live(second).finished(id)).body.status).toBe('completed');
  expect(await first.stop()).toBe(0);
  const later = await live(second).create(fox);
  expect((await live(second).finished(later.body.id)).body.status).toBe('completed');
  expect(await second.stop()).toBe(0);
  expect(await clusterPids(second.dataFolder)).toEqual([]);
});
