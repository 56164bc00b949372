import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { bookTroubles, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const MODELS = { vidu: 'viduq3t-720p', ark: 'seedance2.0-fast-480p', vertex: 'veo-3.1-fast-generate-001' } as const;
type Vendor = keyof typeof MODELS;

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-cancel-'));
  // Slow enough to be met on the way.
  vendors = await startEmulatedVendors({ speed: 1 });
  await vendors.setConcurrency(1);
  gateway = await start();
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  await vendors.clearFaults();
  // What a test left running at a vendor is done, and its place free.
  await vendors.advanceClock(60);
});

const start = async (): Promise<RunningGateway> =>
  startTestGateway({ dataFolder: join(folder, 'data'), env: await liveChannels(vendors, { folder, concurrency: 2 }) });

const live = () => api(gateway, gateway.keys.live);
const cancel = (id: string) => live().call('POST', `/v1/video/generations/${id}/cancel`);

async function create(vendor: Vendor, prompt: string): Promise<string> {
  const { status, body } = await live().create({ model: MODELS[vendor], prompt, duration: 4 });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.id;
}

const atVendor = async (prompt: string) => (await vendors.truth()).find((task) => task.prompt === prompt);
const vendorState = (prompt: string) => expect.poll(async () => (await atVendor(prompt))?.state, { timeout: 20_000 });
const attemptState = (id: string) =>
  expect.poll(
    async () =>
      (await rows(gateway.dataFolder, `select state from attempts where 'task_' || generation_id = $1`, [id])).at(-1)
        ?.state,
    { timeout: 20_000 },
  );

const CANCELLED = {
  status: 'failed',
  error: { code: 'cancelled', message: 'Cancelled. You are not charged.' },
  cost: { held_micros: 0, settled_micros: 0 },
};

/** The vendors' own words for what was cancelled. */
const GONE = { vidu: 'failed UserCancelled', ark: 'cancelled' } as const;

/** One that the vendor works on, and so keeps the next waiting there. */
async function occupy(vendor: 'vidu' | 'ark', story: string): Promise<string> {
  const prompt = `${story} first [test:slow]`;
  const id = await create(vendor, prompt);
  await vendorState(prompt).toBe(vendor === 'vidu' ? 'processing' : 'running');
  return id;
}

test.each(['vidu', 'ark'] as const)(
  '%s: what waits at the vendor is cancelled there; what runs is not; what waits here never leaves',
  async (vendor) => {
    const first = await occupy(vendor, vendor);
    const second = await create(vendor, `${vendor} second`);
    await attemptState(second).toBe('running');
    const third = await create(vendor, `${vendor} third`);

    expect(await cancel(third)).toMatchObject({ status: 200, body: CANCELLED });
    expect(await cancel(second)).toMatchObject({ status: 200, body: CANCELLED });
    await vendorState(`${vendor} second`).toBe(GONE[vendor]);
    const refused = await cancel(first);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'not_cancellable',
          type: 'invalid_request_error',
          param: 'id',
          message: `${first} is being made, and its vendor can no longer cancel it.`,
        },
        cost: { currency: 'USD', settled_micros: 0 },
      },
    });
    expect(refused.body.cost.held_micros).toBeGreaterThan(0);

    await vendors.advanceClock(60);
    const done = await live().finished(first, 60);
    expect(done.body).toMatchObject({ status: 'completed' });
    expect(done.body).not.toHaveProperty('cancel_requested');
    expect(await cancel(first)).toMatchObject({
      status: 409,
      body: { error: { message: `${first} has ended already: it is completed.` }, cost: done.body.cost },
    });
    expect(await atVendor(`${vendor} third`)).toBeUndefined();
    // Once more, it answers the same.
    expect(await cancel(second)).toMatchObject({ status: 200, body: CANCELLED });
  },
);

test('a vendor without a cancel goes on, and the caller learns what it costs', async () => {
  const id = await create('vertex', 'veo');
  await attemptState(id).toBe('running');
  const { status, body } = await cancel(id);
  expect({ status, code: body.error.code }).toEqual({ status: 409, code: 'not_cancellable' });
  expect(body.cost.held_micros).toBeGreaterThan(0);
  expect((await live().finished(id, 60)).body.status).toBe('completed');
});

test('a cancel while the create is on its way is put to the vendor after its answer', async () => {
  await occupy('vidu', 'on its way');
  await vendors.addFaults([{ vendor: 'vidu', operation: 'create', kind: 'hang', seconds: 2, match: 'hanging' }]);
  const id = await create('vidu', 'hanging');
  await attemptState(id).toBe('submitting');
  expect(await cancel(id)).toMatchObject({ status: 200, body: CANCELLED });
  await vendorState('hanging').toBe(GONE.vidu);
});

test('a cancel whose answer is lost is found out by the engine', async () => {
  await occupy('vidu', 'lost');
  const id = await create('vidu', 'lost answer');
  await attemptState(id).toBe('running');
  await vendors.addFaults([{ vendor: 'vidu', operation: 'cancel', kind: 'drop-after' }]);
  const { status, body } = await cancel(id);
  expect(status).toBe(200);
  if (body.status !== 'failed') expect(body.cancel_requested).toBe(true);
  expect((await live().finished(id, 30)).body).toMatchObject(CANCELLED);
});

test('a gateway that is killed while it asks the vendor carries the cancel on after its restart', async () => {
  await occupy('ark', 'killed');
  const id = await create('ark', 'killed second');
  await attemptState(id).toBe('running');
  await vendors.addFaults([{ vendor: 'ark', operation: 'cancel', kind: 'hang', seconds: 1 }]);
  const asked = cancel(id).catch(() => undefined);
  await expect.poll(() => vendors.faults(), { timeout: 10_000 }).toEqual([]);
  await gateway.kill();
  await asked;
  gateway = await start();
  expect((await live().finished(id, 30)).body).toMatchObject(CANCELLED);
  await vendorState('killed second').toBe(GONE.ark);
});

test("Vidu's own words: {} while it can be, its refusal afterwards", async () => {
  const first = await occupy('vidu', 'words');
  const second = await create('vidu', 'words second');
  await attemptState(second).toBe('running');
  const viduCancel = (id: string) =>
    live().call('POST', `/ent/v2/tasks/${id.replace('task_', '')}/cancel`, { body: {} });
  expect(await viduCancel(first)).toMatchObject({
    status: 400,
    body: { code: 400, reason: 'BadRequest', message: 'task state is scheduled, can not cancel' },
  });
  expect(await viduCancel(second)).toMatchObject({ status: 200, body: {} });
  const { body } = await live().call('GET', `/ent/v2/tasks/${second.replace('task_', '')}/creations`);
  expect(body).toMatchObject({ state: 'failed', err_code: 'UserCancelled', credits: 0 });
});

test("nobody cancels what is another's: unknown ids, the other world, no key", async () => {
  const id = await create('vidu', 'mine');
  const path = `/v1/video/generations/${id}/cancel`;
  expect(await api(gateway).call('POST', path)).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found', param: 'id', message: `There is no generation ${id}.` } },
  });
  expect((await api(gateway, '').call('POST', path)).status).toBe(401);
  expect((await cancel('task_1')).status).toBe(404);
  expect((await cancel('nonsense')).status).toBe(404);
  for (const prefix of ['/v1/videos/generations', '/v1/videos'])
    expect([200, 409]).toContain((await live().call('POST', `${prefix}/${id}/cancel`)).status);
});

test('afterwards the books are clean', async () => {
  await expect
    .poll(() => rows(gateway.dataFolder, `select id from generations where state in ('queued', 'in_progress')`), {
      timeout: 90_000,
    })
    .toEqual([]);
  expect(await bookTroubles(gateway.dataFolder)).toEqual([]);
});
