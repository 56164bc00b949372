import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { advanceClock, bookTroubles, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const MODELS = { vidu: 'viduq3t-720p', ark: 'seedance2.0-fast-480p', vertex: 'veo-3.1-fast-generate-001' } as const;
type Vendor = keyof typeof MODELS;
const VENDORS: readonly Vendor[] = ['vidu', 'ark', 'vertex'];

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-submit-'));
  vendors = await startEmulatedVendors();
  gateway = await start();
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = async (): Promise<RunningGateway> =>
  startTestGateway({ dataFolder: join(folder, 'data'), env: await liveChannels(vendors, { folder }) });

const live = () => api(gateway, gateway.keys.live);

const pass = (seconds: number) =>
  Promise.all([advanceClock(gateway.dataFolder, seconds), vendors.advanceClock(seconds)]);

const statesOf = async (ids: readonly string[]): Promise<string[]> =>
  (
    await rows(gateway.dataFolder, `select state from attempts where 'task_' || generation_id = any($1) order by id`, [
      ids,
    ])
  ).map(({ state }) => state);

/** One create for each vendor; the prompt names the vendor and the story. */
async function createThree(story: string): Promise<string[]> {
  const answers = VENDORS.map(async (vendor) => {
    const { status, body } = await live().create({ model: MODELS[vendor], prompt: `${story} ${vendor}`, duration: 4 });
    expect(status, JSON.stringify(body)).toBe(200);
    return body.id as string;
  });
  return Promise.all(answers);
}

const madeIn = async (story: string): Promise<string[]> =>
  (await vendors.truth()).filter(({ prompt }) => prompt.startsWith(story)).map(({ vendor }) => vendor);

/** How each ends, when time passes as quickly as it may. */
async function endsOf(ids: readonly string[]): Promise<string[]> {
  const until = performance.now() + 40_000;
  for (;;) {
    const ends = await Promise.all(
      ids.map(async (id) => {
        const { body } = await live().get(id);
        return body.status === 'failed' ? body.error.code : body.status;
      }),
    );
    if (ends.every((end) => end !== 'queued' && end !== 'in_progress')) return ends;
    if (performance.now() > until) throw new Error(`not ended: ${ends.join(', ')}`);
    const states = await statesOf(ids);
    if (states.every((state) => ['unconfirmed', 'succeeded', 'failed'].includes(state))) await pass(240);
    await sleep(500);
  }
}

test('creates whose sender is killed before the answer are found where the vendor lists, and never sent again', async () => {
  await vendors.addFaults([{ operation: 'create', kind: 'hang', seconds: 2, times: 3, match: 'killed' }]);
  const ids = await createThree('killed');
  // All three have arrived there.
  await expect.poll(() => vendors.faults(), { timeout: 10_000 }).toEqual([]);
  expect(await statesOf(ids)).toEqual(['submitting', 'submitting', 'submitting']);
  await gateway.kill();
  gateway = await start();
  await expect.poll(() => madeIn('killed'), { timeout: 10_000 }).toHaveLength(3);
  await pass(15); // the dead sender's lease
  await expect.poll(() => statesOf(ids), { timeout: 10_000 }).not.toContain('submitting');
  expect(await endsOf(ids)).toEqual(['completed', 'completed', 'submission_unconfirmed']);
  expect((await madeIn('killed')).sort()).toEqual(['ark', 'vertex', 'vidu']);
});

test.each(['drop-after', '500-after'])('creates that end with %s are found where the vendor lists', async (kind) => {
  await vendors.addFaults([{ operation: 'create', kind, times: 3, match: kind }]);
  const ids = await createThree(kind);
  expect(await endsOf(ids)).toEqual(['completed', 'completed', 'submission_unconfirmed']);
  expect((await madeIn(kind)).sort()).toEqual(['ark', 'vertex', 'vidu']);
});

test.each(['drop-before', '500-before'])(
  'creates that end with %s are given up after ten minutes, and not sent again',
  async (kind) => {
    await vendors.addFaults([{ operation: 'create', kind, times: 3, match: kind }]);
    const ids = await createThree(kind);
    await expect.poll(() => statesOf(ids.slice(0, 2)), { timeout: 10_000 }).toEqual(['unconfirmed', 'unconfirmed']);
    await pass(500);
    await sleep(1500);
    expect(await statesOf(ids.slice(0, 2))).toEqual(['unconfirmed', 'unconfirmed']);
    const unconfirmed = 'submission_unconfirmed';
    expect(await endsOf(ids)).toEqual([unconfirmed, unconfirmed, unconfirmed]);
    expect(await madeIn(kind)).toEqual([]);
  },
);

test('a create that the vendor has no room for is sent again, and made once', async () => {
  await vendors.addFaults([{ operation: 'create', kind: '429', times: 3, match: 'busy' }]);
  const ids = await createThree('busy');
  expect(await endsOf(ids)).toEqual(['completed', 'completed', 'completed']);
  expect((await madeIn('busy')).sort()).toEqual(['ark', 'vertex', 'vidu']);
});

test('afterwards the books are clean', async () => {
  expect(await bookTroubles(gateway.dataFolder)).toEqual([]);
});
