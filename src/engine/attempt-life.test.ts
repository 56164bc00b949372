import { beforeEach, expect, test } from 'vitest';
import {
  answered,
  dropped,
  type EngineWorld,
  fakeRoute,
  film,
  noRoom,
  openEngineWorld,
  running,
  succeeded,
  unanswered,
  videoAt,
} from '../../test/harness/engine-world.ts';
import { channel } from '../../test/harness/world.ts';

let world: EngineWorld;

beforeEach(async () => {
  world = await openEngineWorld();
});

async function expectClean(): Promise<void> {
  expect(await world.troubles()).toEqual([]);
}

test('a generation is submitted, followed, collected and settled', async () => {
  const id = await world.create(world.caller);
  world.vendor.poll = () => running('v-1', { progress: 40, vendorState: 'processing' });
  await world.step();
  expect((await world.attempts())[0]).toMatchObject({ state: 'running', operation: { id: world.vendor.submits[0] } });
  await world.advance(1);
  await world.step();
  expect(await world.generation(id)).toMatchObject({ state: 'in_progress', progress: 40, vendorState: 'processing' });
  world.vendor.poll = () => succeeded(videoAt('https://vendor.example/1.mp4'));
  await world.carryOn();
  const done = await world.generation(id);
  expect(done).toMatchObject({ state: 'completed', progress: 100, settledMicros: 640 });
  expect(done.outputs).toMatchObject([{ role: 'video', mediaType: 'video/mp4', bytes: 6, facts: { width: 1280 } }]);
  expect([...world.files.keys()]).toEqual(done.outputs.map(({ storageKey }) => storageKey));
  expect(world.dropped).toEqual((await world.attempts()).map((attempt) => attempt['id']));
  expect(world.vendor.submits).toHaveLength(1);
  expect(await world.balances()).toEqual({ available: -640, held: 0, spent: 640 });
  await expectClean();
});

test('429, 5xx, dropped lines and nonsense while polling leave the attempt as it was', async () => {
  const id = await world.create(world.caller);
  await world.step();
  const before = (await world.attempts())[0];
  const troubles = [unanswered(), dropped, noRoom(), { answered: false, sent: false, reason: 'ECONNREFUSED' } as const];
  let asked = 0;
  world.vendor.poll = () => {
    asked += 1;
    return troubles[asked % troubles.length] ?? dropped;
  };
  for (let turn = 0; turn < 20; turn += 1) {
    await world.advance(60);
    await world.step();
  }
  expect(asked).toBe(20);
  expect((await world.attempts())[0]).toEqual({ ...before, unanswered: 20 });
  expect(await world.generation(id)).toMatchObject({ state: 'in_progress', delayed: true });
  world.vendor.poll = () => succeeded(videoAt('https://vendor.example/1.mp4'));
  await world.carryOn(60);
  expect((await world.generation(id)).state).toBe('completed');
});

test('a vendor that has no room is asked again later, one attempt after the other', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = () => (world.vendor.submits.length < 3 ? noRoom(5) : running('v-1'));
  await world.step();
  for (let second = 0; second < 4; second += 1) {
    await world.advance(1);
    await world.step();
  }
  expect(world.vendor.submits).toHaveLength(1);
  await world.carryOn(6);
  expect(world.vendor.submits).toHaveLength(3);
  expect(new Set(world.vendor.submits).size).toBe(3);
  expect((await world.attempts()).map(({ state }) => state)).toEqual(['failed', 'failed', 'succeeded']);
  expect((await world.generation(id)).state).toBe('completed');
  await expectClean();
});

test('a vendor that cannot be reached surely got nothing: it is tried again', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = () =>
    world.vendor.submits.length === 1 ? { answered: false, sent: false, reason: 'ECONNREFUSED' } : running('v-1');
  await world.carryOn(6);
  expect((await world.generation(id)).state).toBe('completed');
  expect(world.vendor.lists).toBe(0);
});

test("a vendor that refuses the operator's account leaves the work to the next route", async () => {
  await world.channels(
    channel({ name: 'fake', provider: 'fake' }),
    channel({ name: 'other', provider: 'other', settings: { usual_seconds: 0.1 } }),
  );
  const id = await world.create(world.caller, { routes: [fakeRoute(), fakeRoute('other')] });
  const asked: string[] = [];
  world.vendor.submit = (tag, provider) => {
    asked.push(provider);
    return provider === 'fake' ? answered({ state: 'failed', failure: { code: 'vendor_account' } }) : running(tag);
  };
  await world.carryOn();
  expect(asked).toEqual(['fake', 'other']);
  expect((await world.generation(id)).state).toBe('completed');
  await expectClean();
});

test('a key that gets no token ends the generation as a refused key does, and shows the vendor’s words to operators only', async () => {
  const id = await world.create(world.caller);
  const keyRefused = { status: 400, code: 'invalid_grant', message: 'Invalid JWT' };
  world.vendor.submit = () => ({ answered: false, sent: false, reason: 'no access token', keyRefused });
  await world.carryOn();
  const generation = await world.generation(id);
  expect(generation).toMatchObject({ state: 'failed', error: { code: 'vendor_account' } });
  expect(JSON.stringify(generation, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toMatch(
    /grant|JWT/,
  );
  expect(await world.attempts()).toMatchObject([{ state: 'failed', failure: { vendor: keyRefused } }]);
  expect(await world.balances()).toEqual({ available: 0, held: 0 });
  await expectClean();
});

test("a vendor's verdict ends the generation, and nothing is charged", async () => {
  const id = await world.create(world.caller);
  world.vendor.poll = () => answered({ state: 'failed', failure: { code: 'content_rejected' }, vendorState: 'failed' });
  await world.carryOn();
  expect(await world.generation(id)).toMatchObject({ state: 'failed', error: { code: 'content_rejected' } });
  expect(await world.balances()).toEqual({ available: 0, held: 0 });
  await expectClean();
});

test('a file that cannot be fetched is asked for again, under its new address', async () => {
  const id = await world.create(world.caller);
  let links = 0;
  world.vendor.poll = () => {
    links += 1;
    return succeeded(videoAt(`https://vendor.example/${links}.mp4`));
  };
  world.vendor.download = ({ from }) => {
    if ('url' in from && from.url.endsWith('/3.mp4')) return film();
    throw new Error('403: the link has expired');
  };
  await world.carryOn(10);
  expect(links).toBe(3);
  expect((await world.generation(id)).state).toBe('completed');
  expect((await world.attempts())[0].collect_failures).toBe(2);
});

test('a finished file waits for a vendor that does not answer, with its old address', async () => {
  const id = await world.create(world.caller);
  await world.step();
  await world.advance(1);
  world.vendor.download = () => Promise.reject(new Error('the line dropped'));
  await world.step();
  await world.step();
  world.vendor.poll = () => unanswered();
  world.vendor.download = film;
  await world.carryOn(10);
  expect((await world.generation(id)).state).toBe('completed');
});

test('a file that is no video after three tries is a failure, is free, and is not kept', async () => {
  const id = await world.create(world.caller);
  world.vendor.download = async function* () {
    yield Buffer.from('<html>');
  };
  await world.carryOn(10);
  expect(await world.generation(id)).toMatchObject({ state: 'failed', error: { code: 'output_unusable' } });
  expect(world.files.size).toBe(0);
  expect(world.dropped).toHaveLength(1);
  // The vendor bills it all the same.
  expect(await world.balances()).toEqual({ available: 0, held: 0, loss: -640, revenue: 640 });
  await expectClean();
});

test("a vendor's success without a video is a failure, and is free", async () => {
  const id = await world.create(world.caller);
  world.vendor.poll = () => succeeded();
  await world.carryOn();
  expect(await world.generation(id)).toMatchObject({ state: 'failed', error: { code: 'output_missing' } });
  await expectClean();
});

test('a vendor that bills more than the hold costs the operator, not the project', async () => {
  const id = await world.create(world.caller);
  world.vendor.poll = () =>
    answered({ state: 'succeeded', outputs: [videoAt('https://v.example/1')], usage: { credits: 1300 } });
  await world.carryOn();
  expect(await world.generation(id)).toMatchObject({ state: 'completed', settledMicros: 1000 });
  expect(await world.balances()).toMatchObject({ available: -1000, held: 0, spent: 1000, variance: -300 });
  await expectClean();
});

test('at the horizon what runs is given up and released, not before', async () => {
  await world.channels(channel({ name: 'fake', provider: 'fake', livemode: true }));
  const id = await world.create({ ...world.caller, livemode: true, kind: 'live' });
  world.vendor.poll = () => running('v-1');
  await world.step();
  // The vendor may take 48 h, and has a day to answer.
  await world.advance(71.9 * 3600);
  await world.step();
  expect((await world.generation(id)).state).not.toBe('failed');
  await world.advance(0.2 * 3600);
  await world.step();
  expect(await world.generation(id)).toMatchObject({ state: 'failed', error: { code: 'timed_out' } });
  expect(await world.balances()).toEqual({ available: 0, held: 0 });
  await expectClean();
});

test('a vendor that is done just before the horizon is not given up at it', async () => {
  const id = await world.create(world.caller);
  const [claim] = await world.claimAll();
  if (!claim) throw new Error('a claim was expected');
  await world.work.observe(claim, {
    kind: 'submit',
    observation: { state: 'failed', failure: { code: 'content_rejected' } },
  });
  await world.advance(30 * 24 * 3600);
  await world.step();
  expect((await world.generation(id)).error?.code).toBe('content_rejected');
});
