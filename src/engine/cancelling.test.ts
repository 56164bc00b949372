import { beforeEach, expect, test } from 'vitest';
import { cancelAsCaller } from '../../test/harness/caller-cancels.ts';
import {
  answered,
  dropped,
  type EngineWorld,
  noRoom,
  openEngineWorld,
  running,
  succeeded,
  unanswered,
  videoAt,
} from '../../test/harness/engine-world.ts';
import { fakeProvider } from '../../test/harness/fake-vendor.ts';

/** Any exchange will do: the world tells it by its identity. */
const CANCEL = { ...fakeProvider().poll } as never;
const queued = () => running('v-1', { queued: true, vendorState: 'queueing' });
const free = { available: 0, held: 0 };

let world: EngineWorld;
let id: bigint;

beforeEach(async () => {
  world = await openEngineWorld({ cancel: CANCEL });
  id = await world.create(world.caller);
});

const cancel = (pace = {}) => cancelAsCaller(world, id, pace);
const state = async () => (await world.generation(id)).state;

async function expectCancelled(): Promise<void> {
  expect(await world.generation(id)).toMatchObject({
    state: 'cancelled',
    error: { code: 'cancelled' },
    settledMicros: 0,
  });
  expect(await world.balances()).toEqual(free);
  expect(await world.troubles()).toEqual([]);
}

/** At the vendor, where it waits. */
async function submitted(): Promise<void> {
  world.vendor.submit = queued;
  world.vendor.poll = queued;
  await world.step();
  expect((await world.attempts())[0].state).toBe('running');
}

test('what waits for a slot ends at once, and no vendor hears of it', async () => {
  expect(await cancel({ meanwhile: async () => {} })).toBe('cancelled');
  await expectCancelled();
  await world.carryOn();
  expect(world.vendor.submits).toEqual([]);
  const events = await world.rows('select type from events where generation_id = $1 order by number', [id]);
  expect(events.map(({ type }) => type)).toEqual(['generation.queued', 'generation.cancelled']);
});

test('what has a slot but was not sent ends too, and whoever holds it sends nothing', async () => {
  const [claim] = await world.claimAll();
  if (!claim) throw new Error('a claim was expected');
  expect(await cancel()).toBe('cancelled');
  await expectCancelled();
  expect(await world.work.beginSubmit(claim)).toBe('lost');
});

test('a second cancel answers as the first, before and after the end', async () => {
  await submitted();
  let ended = false;
  world.vendor.cancel = () => answered(ended ? 'too-late' : 'cancelled');
  world.vendor.poll = () => (ended ? answered({ state: 'failed', failure: { code: 'cancelled' } }) : queued());
  const kinds = await Promise.all(
    [cancel(), cancel(), cancel()].map(async (one) => {
      const kind = await one;
      ended = true;
      return kind;
    }),
  );
  expect(new Set(kinds)).toEqual(new Set(['cancelled']));
  expect(await cancel()).toBe('cancelled');
  await expectCancelled();
});

test('the vendor takes a cancel, and the hold is released on its own last word only', async () => {
  await submitted();
  let looks = 0;
  world.vendor.poll = () => {
    looks += 1;
    return looks < 4 ? queued() : answered({ state: 'cancelled', vendorState: 'cancelled' });
  };
  expect(await cancel({ meanwhile: async () => {} })).toBe('cancelled');
  expect(await world.generation(id)).toMatchObject({ state: 'queued', cancelRequested: true });
  expect(await world.balances()).toEqual({ available: -1000, held: 1000 });
  await world.carryOn(2);
  await expectCancelled();
  expect(world.vendor.cancels).toHaveLength(1);
});

test('Vidu shows a cancelled task as failed, with or without a reason: it is cancelled all the same', async () => {
  await submitted();
  world.vendor.poll = () => answered({ state: 'failed', failure: { code: 'vendor_failed' }, vendorState: 'failed' });
  expect(await cancel()).toBe('cancelled');
  await expectCancelled();
});

test('a vendor that says too late is believed: the work goes on, and is paid for', async () => {
  await submitted();
  world.vendor.cancel = () => answered('too-late');
  expect(await cancel()).toBe('not_cancellable');
  await world.step();
  expect((await world.generation(id)).cancelRequested).toBe(false);
  world.vendor.poll = () => succeeded(videoAt('https://vendor.example/1.mp4'));
  await world.carryOn();
  expect(await world.generation(id)).toMatchObject({ state: 'completed', settledMicros: 640 });
  expect(world.vendor.cancels).toHaveLength(1);
  expect(await cancel()).toBe('not_cancellable');
});

test('where a vendor has no cancel at all, what runs there goes on', async () => {
  world = await openEngineWorld();
  id = await world.create(world.caller);
  await submitted();
  expect(await cancel()).toBe('not_cancellable');
  await world.step();
  expect(await world.generation(id)).toMatchObject({ state: 'queued', cancelRequested: false });
});

test('a cancel while the create is on its way is acted on after its answer', async () => {
  let arrived = false;
  world.vendor.poll = () => answered({ state: 'cancelled' });
  world.vendor.submit = async (tag) => {
    // The caller gives up waiting before the vendor answers.
    expect(await cancel({ meanwhile: async () => {}, tick: 1 })).toBe('requested');
    expect(world.vendor.cancels).toEqual([]);
    arrived = true;
    return running(tag, { queued: true });
  };
  await world.step();
  expect(arrived).toBe(true);
  expect(await state()).toBe('queued');
  await world.step();
  await world.step();
  await expectCancelled();
  expect(world.vendor.submits).toHaveLength(1);
});

test('a create that is refused while a cancel is wished goes nowhere else', async () => {
  world.vendor.submit = async () => {
    await cancel({ meanwhile: async () => {}, tick: 5 });
    return noRoom();
  };
  await world.step();
  await expectCancelled();
});

test('a create of unknown outcome keeps the wish until it is found', async () => {
  world.vendor.submit = () => dropped;
  await world.step();
  expect(await cancel()).toBe('requested');
  const [tag = ''] = world.vendor.submits;
  world.vendor.list = () => answered({ items: [{ operation: { id: 'v-9' }, tag }] });
  world.vendor.poll = () => answered({ state: 'cancelled' });
  await world.carryOn(5);
  await expectCancelled();
  expect(world.vendor.cancels).toEqual([{ id: 'v-9' }]);
});

test('a vendor that does not answer is asked again by the engine, and the caller hears that it was asked for', async () => {
  await submitted();
  world.vendor.cancel = () => answered('unanswered');
  expect(await cancel()).toBe('requested');
  await world.carryOn(0);
  world.vendor.cancel = () => answered('cancelled');
  await world.advance(5);
  world.vendor.poll = () => (world.vendor.cancels.length > 1 ? answered({ state: 'cancelled' }) : unanswered());
  await world.carryOn(5);
  await expectCancelled();
});

test('a process that ends between the wish and the vendor leaves the cancel to the engine', async () => {
  await submitted();
  const end = () => Promise.reject(new Error('kill -9'));
  await expect(cancel({ beforeVendor: end })).rejects.toThrow('kill -9');
  expect(world.vendor.cancels).toEqual([]);
  world.vendor.poll = () => (world.vendor.cancels.length > 0 ? answered({ state: 'cancelled' }) : queued());
  await world.carryOn(2);
  await expectCancelled();
});

test('a process that ends after the vendor took the cancel: the engine asks again and reads the end', async () => {
  await submitted();
  world.vendor.cancel = () => {
    world.vendor.cancel = () => answered('too-late');
    world.vendor.poll = () => answered({ state: 'cancelled', vendorState: 'failed' });
    throw new Error('kill -9');
  };
  await expect(cancel()).rejects.toThrow('kill -9');
  await world.carryOn(2);
  await expectCancelled();
  expect(world.vendor.cancels).toHaveLength(2);
});

test('a refusal that cannot be looked into is no word: it is asked again', async () => {
  await submitted();
  world.vendor.cancel = () => answered('too-late');
  world.vendor.poll = () => unanswered();
  expect(await cancel()).toBe('requested');
  expect((await world.generation(id)).cancelRequested).toBe(true);
  world.vendor.poll = () => answered({ state: 'cancelled' });
  await world.carryOn(2);
  await expectCancelled();
});

test('of two callers one hears too late, then the vendor takes the other: it is cancelled for both', async () => {
  await submitted();
  const [attempt] = await world.attempts();
  const tell = (outcome: 'accepted' | 'too-late') =>
    world.work.observe({ attemptId: attempt.id, number: -1n }, { kind: 'cancel', outcome });
  world.vendor.cancel = async () => {
    await tell('too-late');
    world.vendor.poll = () => answered({ state: 'cancelled' });
    return answered('cancelled');
  };
  expect(await cancel()).toBe('cancelled');
  await expectCancelled();
  expect(await cancel()).toBe('cancelled');
});

test('a video that is finished while it is being cancelled is delivered and paid for', async () => {
  await submitted();
  world.vendor.poll = () => succeeded(videoAt('https://vendor.example/1.mp4'));
  expect(await cancel()).toBe('not_cancellable');
  await world.carryOn();
  expect(await state()).toBe('completed');
  expect(await world.troubles()).toEqual([]);
});

test('a vendor that is done is not asked: the file is on its way', async () => {
  await world.step();
  await world.advance(1);
  world.vendor.download = () => Promise.reject(new Error('the line dropped'));
  await world.step();
  expect((await world.attempts())[0].state).toBe('collecting');
  expect(await cancel()).toBe('not_cancellable');
  expect(await world.generation(id)).toMatchObject({ state: 'in_progress', cancelRequested: false });
  expect(world.vendor.cancels).toEqual([]);
});

test("another project's generation, and one of the other world, are not found and go on", async () => {
  const stranger = await world.project();
  for (const caller of [stranger, { ...world.caller, livemode: true }])
    expect(await cancelAsCaller({ ...world, caller }, id)).toBe('not_found');
  expect(await cancelAsCaller(world, id + 1n)).toBe('not_found');
  expect(await world.generation(id)).toMatchObject({ state: 'queued', cancelRequested: false });
});

test('what the vendor itself cancelled was not cancelled by the caller', async () => {
  await submitted();
  world.vendor.poll = () => answered({ state: 'cancelled' });
  await world.carryOn();
  expect(await state()).toBe('cancelled');
  expect(await cancel()).toBe('not_cancellable');
});
