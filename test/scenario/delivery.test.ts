import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { advanceClock, bookTroubles, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-delivery-'));
  vendors = await startEmulatedVendors();
  gateway = await startTestGateway({ dataFolder: join(folder, 'data'), env: await liveChannels(vendors, { folder }) });
});

afterAll(async () => {
  expect(await bookTroubles(gateway.dataFolder)).toEqual([]);
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

const MODELS = {
  vidu: 'viduq3t-540p',
  ark: 'seedance2.0-fast-480p',
  vertex: 'veo-3.1-fast-generate-001',
} as const;
type Vendor = keyof typeof MODELS;
const VENDORS: readonly Vendor[] = ['vidu', 'ark', 'vertex'];
/** Those whose videos are fetched from a link; Vertex sends them inside its answer. */
const WITH_LINKS: readonly Vendor[] = ['vidu', 'ark'];

/** At all vendors side by side: most of the time is waiting. */
const atAll = async (chosen: readonly Vendor[], work: (vendor: Vendor) => Promise<void>): Promise<void> => {
  await Promise.all(chosen.map(work));
};

const live = () => api(gateway, gateway.keys.live);

async function create(vendor: Vendor, prompt: string): Promise<string> {
  const { status, body } = await live().create({ model: MODELS[vendor], prompt, duration: 4 });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.id;
}

const finish = async (id: string) => (await live().finished(id, 60)).body;

/** The one task that was made for a prompt. */
async function taskOf(prompt: string) {
  const tasks = (await vendors.truth()).filter((task) => task.prompt === prompt);
  expect(tasks).toHaveLength(1);
  return tasks[0];
}

const attemptOf = async (id: string) =>
  (await rows(gateway.dataFolder, `select * from attempts where 'task_' || generation_id = $1 order by id`, [id])).at(
    -1,
  );

/** A completed one has its file, and one attempt was enough. */
async function expectDelivered(id: string): Promise<void> {
  const body = await finish(id);
  expect(body).toMatchObject({ status: 'completed', error: null, result: { media: { seconds: 4 } } });
  const video = await fetch(body.video_url);
  expect((await video.arrayBuffer()).byteLength).toBe(body.result.media.bytes);
  const [{ count }] = await rows(
    gateway.dataFolder,
    `select count(*)::int from attempts where 'task_' || generation_id = $1`,
    [id],
  );
  expect(count).toBe(1);
}

test('looks without an answer are no verdict', () =>
  atAll(VENDORS, async (vendor) => {
    const prompt = `unanswered ${vendor}`;
    const kinds = ['429', '500-before', 'drop-before', '500-after', 'drop-after', 'unknown-state'];
    await vendors.addFaults(kinds.map((kind) => ({ vendor, operation: 'poll', kind })));
    await expectDelivered(await create(vendor, prompt));
    expect((await vendors.faults()).filter((fault) => fault.vendor === vendor)).toEqual([]);
    expect((await taskOf(prompt))?.polls).toBeGreaterThanOrEqual(2);
  }));

test('a create that is answered late is made once and delivered', () =>
  atAll(VENDORS, async (vendor) => {
    const prompt = `answered late ${vendor}`;
    await vendors.addFaults([{ vendor, operation: 'create', kind: 'hang', seconds: 3, match: prompt }]);
    await expectDelivered(await create(vendor, prompt));
    await taskOf(prompt);
  }));

test('a video that is finished late is delivered, and said to be delayed meanwhile', () =>
  atAll(VENDORS, async (vendor) => {
    const prompt = `finished late ${vendor}`;
    await vendors.addFaults([{ vendor, operation: 'create', kind: 'late', seconds: 7, match: prompt }]);
    const id = await create(vendor, prompt);
    const delayed = async () =>
      (await rows(gateway.dataFolder, `select delayed, state from generations where 'task_' || id = $1`, [id]))[0];
    await expect.poll(delayed, { timeout: 20_000 }).toEqual({ delayed: true, state: 'in_progress' });
    await expectDelivered(id);
  }));

test('success without a video is a failure that costs nothing', () =>
  atAll(VENDORS, async (vendor) => {
    const prompt = `missing ${vendor}`;
    await vendors.addFaults([{ vendor, operation: 'create', kind: 'no-video', match: prompt }]);
    expect(await finish(await create(vendor, prompt))).toMatchObject({
      status: 'failed',
      error: { code: 'output_missing' },
      cost: { settled_micros: 0 },
    });
  }));

test('a download that breaks off or fails is done again', () =>
  atAll(WITH_LINKS, async (vendor) => {
    const kinds = ['drop-before', '500-before', 'wrong-size', 'not-video', 'not-video'];
    await vendors.addFaults(kinds.map((kind) => ({ vendor, operation: 'download', kind })));
    await expectDelivered(await create(vendor, `broken ${vendor}`));
    expect((await vendors.faults()).filter((fault) => fault.vendor === vendor)).toEqual([]);
  }));

test('a file that is no video, three times, is a failure that costs nothing', () =>
  atAll(WITH_LINKS, async (vendor) => {
    await vendors.addFaults([
      { vendor, operation: 'download', kind: '500-before', times: 2 },
      { vendor, operation: 'download', kind: 'not-video', times: 3 },
    ]);
    expect(await finish(await create(vendor, `no video ${vendor}`))).toMatchObject({
      status: 'failed',
      error: { code: 'output_unusable' },
      cost: { settled_micros: 0 },
    });
  }));

test('a vendor that is done has its file fetched for as long as it takes', async () => {
  await vendors.addFaults([{ vendor: 'ark', operation: 'download', kind: '500-before', times: 1000 }]);
  const id = await create('ark', 'fetched for a day');
  const failures = async () => (await attemptOf(id))?.collect_failures;
  await expect.poll(failures, { timeout: 20_000 }).toBeGreaterThan(3);
  await advanceClock(gateway.dataFolder, 12 * 3600);
  await expect.poll(failures, { timeout: 20_000 }).toBeGreaterThan(4);
  expect((await live().get(id)).body.status).toBe('in_progress');
  await vendors.clearFaults();
  await expectDelivered(id);
});

// Last, because the vendors' clock jumps. An address of Ark is good for a day, and there is no other one.
test('an address of Vidu that has expired is asked for again', async () => {
  await vendors.addFaults([{ vendor: 'vidu', operation: 'download', kind: 'hang', seconds: 3 }]);
  const id = await create('vidu', 'expired');
  // The link is in its hands, the day goes by before it is opened.
  await expect.poll(async () => (await attemptOf(id))?.state, { timeout: 20_000 }).toBe('collecting');
  await vendors.advanceClock(25 * 3600);
  await expectDelivered(id);
  expect((await attemptOf(id)).collect_failures).toBe(1);
});
