import { beforeAll, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { channel, newGeneration, openWorld, type World } from '../../test/harness/world.ts';
import type { Caller, ListFilter, Scope } from '../application/ports.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld((await scratchDatabase({ max: 20 })).database);
  await world.channels(channel());
});

const keyed = (key: string, requestHash = 'hash') => ({ idempotency: { key, requestHash } });
const accept = async (caller: Caller, key: string, requestHash?: string) =>
  world.store.create(newGeneration(caller, { id: await world.store.nextId(), ...keyed(key, requestHash) }));
const live = (caller: Caller): Caller => ({ ...caller, livemode: true, kind: 'live' });
const all = async (scope: Scope, filter: Partial<ListFilter> = {}) => {
  const { generations, hasMore } = await world.store.list(scope, { limit: 100, ...filter });
  return { ids: generations.map(({ id }) => id), hasMore };
};

test('of many creates at once with one Idempotency-Key one is made, and all the others get it', async () => {
  const caller = await world.project();
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => accept(caller, 'twin')));
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['created', ...Array(11).fill('replayed')]);
  const ids = outcomes.map((outcome) => ('generation' in outcome ? outcome.generation.id : undefined));
  expect(new Set(ids).size).toBe(1);
  expect(await world.rows('select id from generations where project_id = $1', [caller.projectId])).toHaveLength(1);
  expect(await world.troubles()).toEqual([]);
});

test('of two requests at once with one Idempotency-Key and different bodies one is made, the other does not match', async () => {
  const caller = await world.project();
  const outcomes = await Promise.all([accept(caller, 'twin', 'one'), accept(caller, 'twin', 'two')]);
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['created', 'mismatch']);
  expect((await all(caller)).ids).toHaveLength(1);
});

test('a key that was accepted is replayed with the same body, and refused with another', async () => {
  const caller = await world.project();
  const first = await accept(caller, 'key');
  const replayed = await world.store.replay(caller, { key: 'key', requestHash: 'hash' });
  expect(replayed).toEqual({
    kind: 'replayed',
    generation: expect.objectContaining({ id: 'generation' in first && first.generation.id }),
  });
  expect(await world.store.replay(caller, { key: 'key', requestHash: 'other' })).toEqual({ kind: 'mismatch' });
  expect(await world.store.replay(caller, { key: 'another', requestHash: 'hash' })).toBeUndefined();
});

test('a key belongs to its project and its world', async () => {
  const [one, two] = [await world.project(), await world.project()];
  const outcomes = [await accept(one, 'shared'), await accept(two, 'shared'), await accept(live(one), 'shared')];
  expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'created', 'created']);
});

test('a key can be used anew after a day, by one of many', async () => {
  const caller = await world.project();
  await accept(caller, 'daily');
  await world.advance(24 * 3600 - 60);
  expect((await accept(caller, 'daily')).kind).toBe('replayed');
  await world.advance(120);
  expect(await world.store.replay(caller, { key: 'daily', requestHash: 'hash' })).toBeUndefined();
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => accept(caller, 'daily', 'another body')));
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['created', ...Array(4).fill('replayed')]);
  expect((await all(caller)).ids).toHaveLength(2);
  expect(await world.troubles()).toEqual([]);
});

test('a create that fails half-way leaves no generation, no hold and no key', async () => {
  const caller = await world.project();
  const id = await world.store.nextId();
  // The input does not exist.
  await expect(world.store.create(newGeneration(caller, { id, inputIds: [1n], ...keyed('half') }))).rejects.toThrow();
  expect(await world.store.findById(id)).toBeUndefined();
  expect((await accept(caller, 'half')).kind).toBe('created');
  expect(await world.troubles()).toEqual([]);
});

test('creates of one project at once hold exactly their sum', async () => {
  const caller = await world.project();
  await Promise.all(Array.from({ length: 40 }, () => world.create(caller)));
  const { balance_micros } = await world.row(
    `select balance_micros from accounts where kind = 'held' and project_id = $1`,
    [caller.projectId],
  );
  expect(balance_micros).toBe(40_000n);
  expect(await world.troubles()).toEqual([]);
});

test('what was given comes back: metadata of any form, warnings, route, money', async () => {
  const caller = await world.project();
  for (const metadata of [{ a: [1, null, { b: 'ü' }] }, 'text', 0, false, []]) {
    const warnings = [{ code: 'adjusted', param: 'seconds', message: 'sent as 8', requested: 4, sent: 8 }];
    const id = await world.create(caller, { metadata, warnings });
    expect(await world.store.find(caller, id)).toMatchObject({
      metadata,
      warnings,
      state: 'queued',
      quotedMicros: 1000,
      heldMicros: 1000,
      request: { prompt: 'a fox in the snow' },
      outputs: [],
    });
  }
  expect(await world.store.find(caller, await world.create(caller))).not.toHaveProperty('metadata');
});

test('nobody reads across projects or between live and test', async () => {
  const [one, two] = [await world.project(), await world.project()];
  const mine = await world.create(one);
  const mineLive = await world.create(live(one));
  expect((await world.store.find(one, mine))?.id).toBe(mine);
  for (const scope of [two, live(one), live(two)]) expect(await world.store.find(scope, mine)).toBeUndefined();
  for (const scope of [one, two, live(two)]) expect(await world.store.find(scope, mineLive)).toBeUndefined();
  expect((await all(one)).ids).toEqual([mine]);
  expect((await all(live(one))).ids).toEqual([mineLive]);
  expect((await all(two)).ids).toEqual([]);
  // Another's id as a cursor shows nothing of theirs.
  expect((await all(two, { after: mine + 1000n })).ids).toEqual([]);
});

test('lists go from new to old, page by page, without a gap or a repetition', async () => {
  const caller = await world.project();
  const ids: bigint[] = [];
  for (let index = 0; index < 5; index += 1) ids.unshift(await world.create(caller));
  expect(await all(caller, { limit: 2 })).toEqual({ ids: ids.slice(0, 2), hasMore: true });
  const after = ids[1] ?? 0n;
  // What is made meanwhile does not move the pages.
  await world.create(caller);
  expect(await all(caller, { limit: 2, after })).toEqual({ ids: ids.slice(2, 4), hasMore: true });
  expect(await all(caller, { limit: 2, after: ids[3] ?? 0n })).toEqual({ ids: ids.slice(4), hasMore: false });
  expect(await all(caller, { limit: 6 })).toMatchObject({ hasMore: false });
});

test('lists are filtered by state, model and time', async () => {
  const caller = await world.project();
  const first = await world.create(caller, { model: 'veo-3.1' });
  const { createdAt } = (await world.store.findById(first)) ?? { createdAt: 0 };
  await world.advance(100);
  const second = await world.create(caller);
  await world.work.endWaiting(second, { code: 'timed_out' });
  expect((await all(caller, { state: ['queued', 'in_progress'] })).ids).toEqual([first]);
  expect((await all(caller, { state: ['failed'] })).ids).toEqual([second]);
  expect((await all(caller, { model: 'veo-3.1' })).ids).toEqual([first]);
  expect((await all(caller, { createdAfter: createdAt + 50 })).ids).toEqual([second]);
  expect((await all(caller, { createdBefore: createdAt + 50 })).ids).toEqual([first]);
  expect((await all(caller, { model: 'veo-3.1', state: ['failed'] })).ids).toEqual([]);
});

test('ids rise, are not used twice, and keep their digits', async () => {
  const ids = await Promise.all(Array.from({ length: 200 }, () => world.store.nextId()));
  expect(new Set(ids).size).toBe(200);
  const later = await world.store.nextId();
  expect(ids.every((id) => id < later)).toBe(true);
  expect(String(later)).toHaveLength(18);
});

test('a list is narrowed by ids, models, tiers and whether a vendor has it, and passes over what was asked', async () => {
  const caller = await world.project();
  const route = newGeneration(caller, { id: 1n }).routes[0];
  if (!route) throw new Error('no route');
  const at = (resolution: '540p' | '1080p') => [{ ...route, request: { ...route.request, resolution } }];
  const first = await world.create(caller, { model: 'one', routes: at('540p') });
  const second = await world.create(caller, { model: 'two', routes: at('1080p') });
  const third = await world.create(caller, { model: 'two', routes: at('540p') });
  expect((await all(caller, { models: ['two', 'three'] })).ids).toEqual([third, second]);
  expect((await all(caller, { ids: [first, 7n] })).ids).toEqual([first]);
  expect((await all(caller, { resolutions: ['540p'] })).ids).toEqual([third, first]);
  expect((await all(caller, { offset: 1, limit: 1 })).ids).toEqual([second]);
  await world.rows(`update generations set vendor_state = 'queueing' where id = $1`, [second]);
  expect((await all(caller, { state: ['queued'], isAtVendor: true })).ids).toEqual([second]);
  expect((await all(caller, { state: ['queued'], isAtVendor: false })).ids).toEqual([third, first]);
});

test('what a dialect remembers comes back with its generation, and without the payload in a list', async () => {
  const caller = await world.project();
  const memory = { payload: 'p'.repeat(1_048_576), images: ['https://example.com/a.png'] };
  const id = await world.create(caller, { memory });
  expect((await world.store.find(caller, id))?.memory).toEqual(memory);
  const { generations } = await world.store.list(caller, { limit: 1 });
  expect(generations[0]?.memory).toEqual({ images: memory.images });
  expect((await world.store.find(caller, await world.create(caller)))?.memory).toBeUndefined();
});
