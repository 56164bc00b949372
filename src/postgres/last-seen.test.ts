import { beforeEach, expect, test } from 'vitest';
import { type ScratchDatabase, scratchDatabase } from '../../test/harness/scratch-database.ts';
import { channel, newGeneration, openWorld, type World } from '../../test/harness/world.ts';
import type { Caller, GenerationStore } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import { rememberingLastSeen } from './last-seen.ts';

let scratch: ScratchDatabase;
let world: World;
let caller: Caller;
let store: GenerationStore;

beforeEach(async () => {
  scratch = await scratchDatabase();
  world = await openWorld(scratch.database);
  await world.channels(channel());
  caller = await world.project();
  store = rememberingLastSeen(world.store, { waitSeconds: 0.3, onFailure: () => {} });
});

const create = async () => {
  const id = await store.nextId();
  await store.create(newGeneration(caller, { id }));
  return id;
};

test('while the database is gone a status read shows what was seen last, and the truth once it is back', async () => {
  const id = await create();
  await scratch.setReachable(false);
  expect(await store.find(caller, id)).toMatchObject({ id, state: 'queued' });
  await scratch.setReachable(true);
  await world.work.endWaiting(id, { code: 'timed_out' });
  expect(await store.find(caller, id)).toMatchObject({ id, state: 'failed' });
  await scratch.setReachable(false);
  expect(await store.find(caller, id)).toMatchObject({ id, state: 'failed' });
});

test('what this process never saw is refused with a time to come back, and no verdict', async () => {
  const id = await world.create(caller);
  await scratch.setReachable(false);
  const refusal = await store.find(caller, id).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining('not affected') });
});

test('nobody is shown what another project saw', async () => {
  const id = await create();
  const other = await world.project();
  await scratch.setReachable(false);
  await expect(store.find(other, id)).rejects.toBeInstanceOf(Refusal);
  await expect(store.find({ ...caller, livemode: true }, id)).rejects.toBeInstanceOf(Refusal);
});

test('an id that does not exist is not remembered as anything', async () => {
  expect(await store.find(caller, 1n)).toBeUndefined();
  await scratch.setReachable(false);
  await expect(store.find(caller, 1n)).rejects.toBeInstanceOf(Refusal);
});

test('a database that hangs is waited for no longer than was said', async () => {
  const id = await create();
  const lock = scratch.open(1).transaction(async (tx) => {
    await tx.query({ text: 'lock table generations in access exclusive mode' });
    const begun = performance.now();
    expect(await store.find(caller, id)).toMatchObject({ id });
    expect(performance.now() - begun).toBeLessThan(3000);
  });
  await lock;
});

test('a long payload is not kept in memory; the rest of what was seen is', async () => {
  const id = await store.nextId();
  const memory = { payload: 'p'.repeat(1_000_000), style: 'anime' };
  await store.create(newGeneration(caller, { id, memory }));
  expect((await store.find(caller, id))?.memory).toEqual(memory);
  await scratch.setReachable(false);
  expect((await store.find(caller, id))?.memory).toEqual({ style: 'anime' });
});
