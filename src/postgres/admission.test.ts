import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { newGeneration, openWorld, type World } from '../../test/harness/world.ts';
import type { Caller, CreateOutcome, NewGeneration } from '../application/ports.ts';
import { microUsd } from '../domain/money.ts';
import { generationStore } from './generations.ts';

let world: World;
let caller: Caller;

beforeEach(async () => {
  world = await openWorld((await scratchDatabase({ max: 8 })).database);
  caller = await world.project();
});

const limitKey = (values: Readonly<Record<string, unknown>>, on = caller) =>
  world.rows(
    `update api_keys set ${Object.keys(values)
      .map((name, index) => `${name} = $${index + 2}`)
      .join(', ')} where id = $1`,
    [on.keyId, ...Object.values(values)],
  );

/** Prepaid, with this much. */
async function grant(micros: number, on = caller): Promise<void> {
  await world.rows(
    `update accounts set floor_micros = 0, balance_micros = $3 where project_id = $1 and livemode = $2 and kind = 'available'`,
    [on.projectId, on.livemode, micros],
  );
}

async function create(held: number, more: Partial<NewGeneration> = {}, on = caller): Promise<CreateOutcome> {
  const id = await world.store.nextId();
  return world.store.create(newGeneration(on, { id, heldMicros: microUsd(held), ...more }));
}

const kinds = (outcomes: readonly CreateOutcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind));
const times = (count: number, held: number, more: Partial<NewGeneration> = {}) =>
  Promise.all(Array.from({ length: count }, () => create(held, more)));
const count = async () => Number((await world.row('select count(*) as n from generations')).n);

test('what the balance covers is accepted, what it does not is told how much is left, and nothing of it is written', async () => {
  await grant(2500);
  expect(kinds(await times(4, 1000))).toEqual(['created', 'created', 'balance', 'balance']);
  expect(await create(1000)).toEqual({ kind: 'refused', reason: 'balance', leftMicros: 500 });
  expect(await create(500)).toMatchObject({ kind: 'created' });
  expect(await count()).toBe(3);
  expect(await world.rows('select from idempotency_keys')).toEqual([]);
});

test('a project without a floor has no limit', async () => {
  expect(kinds(await times(3, 40_000_000_000))).toEqual(['created', 'created', 'created']);
  expect(await world.troubles()).toEqual([]);
});

test('the budget of a key counts what is held and spent, and what is given back counts no more', async () => {
  await limitKey({ budget_micros: 2000 });
  expect(kinds(await times(3, 1000))).toEqual(['created', 'created', 'budget']);
  const [waiting] = await world.work.waiting({ limit: 1 });
  await world.work.endWaiting(waiting?.id ?? 0n, { code: 'timed_out' });
  expect(await create(1001)).toEqual({
    kind: 'refused',
    reason: 'budget',
    leftMicros: 1000,
    limitMicros: 2000,
    seconds: 0,
  });
  expect(await create(1000)).toMatchObject({ kind: 'created' });
  expect(await world.troubles()).toEqual([]);
});

test('a daily budget is that of the UTC day of the hold', async () => {
  await world.rows(`update clock set origin = '2026-11-20 23:50:00Z', base = clock_timestamp()`);
  await limitKey({ daily_budget_micros: 1500 });
  expect(kinds([await create(1000), await create(1000)])).toEqual(['created', 'daily_budget']);
  const refused = await create(1000);
  expect(refused).toMatchObject({ reason: 'daily_budget', leftMicros: 500, limitMicros: 1500 });
  expect('seconds' in refused && refused.seconds).toBeGreaterThan(500);
  expect('seconds' in refused && refused.seconds).toBeLessThanOrEqual(600);
  const [waiting] = await world.work.waiting({ limit: 1 });
  await world.advance(601);
  expect(kinds([await create(1000)])).toEqual(['created']);
  // What was held yesterday is given back to yesterday.
  await world.work.endWaiting(waiting?.id ?? 0n, { code: 'timed_out' });
  expect(kinds([await create(501), await create(500)])).toEqual(['daily_budget', 'created']);
});

test('generations in flight are counted, also within one group, and one that ends makes room', async () => {
  await limitKey({ in_flight_limit: 2 });
  expect(kinds(await times(3, 1))).toEqual(['created', 'created', 'in_flight']);
  const [waiting] = await world.work.waiting({ limit: 1 });
  await world.work.endWaiting(waiting?.id ?? 0n, { code: 'timed_out' });
  expect(kinds(await times(2, 1))).toEqual(['created', 'in_flight']);
});

test('a small rate is exact for each minute', async () => {
  await world.rows(`update clock set origin = '2026-11-20 12:00:05Z', base = clock_timestamp()`);
  await limitKey({ per_minute: 5 });
  expect(kinds(await times(8, 1)).filter((kind) => kind === 'created')).toHaveLength(5);
  const refused = await create(1);
  expect(refused).toMatchObject({ reason: 'rate', limit: 5 });
  expect('seconds' in refused && refused.seconds).toBeLessThanOrEqual(55);
  await world.advance(55);
  expect(kinds(await times(8, 1)).filter((kind) => kind === 'created')).toHaveLength(5);
});

test('who waits for its turn over midnight counts on the new day, and takes nothing out of it', async () => {
  await world.rows(`update clock set origin = '2026-11-20 23:50:00Z', base = clock_timestamp()`);
  await limitKey({ daily_budget_micros: 2000 });
  let waiting: Promise<CreateOutcome> | undefined;
  await world.database.transaction(async (tx) => {
    const lock = `select 1 from accounts where project_id = $1 and kind = 'available' for update`;
    await tx.query({ text: lock, values: [caller.projectId] });
    waiting = create(1000);
    await someoneWaits();
    await world.advance(120);
    // As an admission of the new day.
    const count = `update key_use set day = (now_at() at time zone 'UTC')::date, day_micros = 500, committed_micros = 500 where key_id = $1`;
    await tx.query({ text: count, values: [caller.keyId] });
  });
  expect(await waiting).toMatchObject({ kind: 'created' });
  const use = await world.row('select day_micros from key_use where key_id = $1', [caller.keyId]);
  expect(use.day_micros).toBe(1500n);
  expect(kinds([await create(501), await create(500)])).toEqual(['daily_budget', 'created']);
});

async function someoneWaits(): Promise<void> {
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await world.rows(waits)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a revoked key, and one that has expired, makes nothing', async () => {
  await limitKey({ expires_at: new Date('2020-01-01') });
  expect(kinds([await create(1)])).toEqual(['expired']);
  await limitKey({ expires_at: null, revoked_at: new Date() });
  expect(kinds([await create(1)])).toEqual(['revoked']);
});

test('keys and projects in one group are decided apart', async () => {
  const other = await world.project();
  await limitKey({ in_flight_limit: 1 });
  await grant(10, other);
  const outcomes = await Promise.all([
    create(1),
    create(6, {}, other),
    create(1),
    create(6, {}, other),
    create(3, {}, other),
  ]);
  expect(kinds(outcomes)).toEqual(['created', 'created', 'in_flight', 'balance', 'created']);
  // The grant above was not booked.
  expect(await world.troubles()).toEqual([expect.stringContaining('accounts_match_entries: available of project')]);
});

test('twins under one key are one generation, in one group and in several', async () => {
  const idempotency = { key: 'k', requestHash: 'h' };
  const group = await times(5, 1, { idempotency });
  const again = await create(1, { idempotency });
  const ids = [...group, again].map((outcome) => ('generation' in outcome ? outcome.generation.id : outcome));
  expect(new Set(ids).size).toBe(1);
  expect(kinds(group).toSorted()).toEqual(['created', 'replayed', 'replayed', 'replayed', 'replayed']);
  expect(kinds([await create(1, { idempotency: { key: 'k', requestHash: 'other' } })])).toEqual(['mismatch']);
});

test('a refusal leaves its Idempotency-Key free, also for a twin in the same group', async () => {
  await grant(10);
  const idempotency = { key: 'k', requestHash: 'h' };
  expect(kinds(await times(2, 11, { idempotency }))).toEqual(['balance', 'balance']);
  expect(await world.rows('select from idempotency_keys')).toEqual([]);
  expect(kinds([await create(10, { idempotency })])).toEqual(['created']);
});

test('one that PostgreSQL refuses fails alone', async () => {
  const outcomes = await Promise.allSettled([create(1), create(1, { metadata: 'a\u0000b' }), create(1)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await world.troubles()).toEqual([]);
});

test('what is answered is what is read back', async () => {
  const outcome = await create(7, { metadata: { a: [1, 'ü'] }, memory: { payload: 'p' }, inputIds: [] });
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  const { elapsedSeconds: _, ...read } = (await world.store.findById(outcome.generation.id)) ?? { elapsedSeconds: 0 };
  const { elapsedSeconds: __, ...answered } = outcome.generation;
  expect(read).toEqual(answered);
});

test('several processes drive projects to exhaustion: no overspend, no deadlock, nothing lost', async () => {
  const callers = await Promise.all(Array.from({ length: 12 }, () => world.project()));
  for (const each of callers) await grant(10_000, each);
  const stores = Array.from({ length: 4 }, () => generationStore(world.database, world.installation.vault));
  const outcomes = await Promise.all(
    Array.from({ length: 1200 }, async (_, index) => {
      const store = stores[index % 4];
      const on = callers[(index * 7) % callers.length];
      if (!store || !on) throw new Error('none');
      const id = await store.nextId();
      const key = randomUUID().slice(0, 2);
      return store.create(
        newGeneration(on, {
          id,
          heldMicros: microUsd(150 + (index % 5) * 10),
          ...(index % 3 === 0 && { idempotency: { key, requestHash: 'h' } }),
        }),
      );
    }),
  );
  expect(new Set(kinds(outcomes))).toEqual(new Set(['created', 'balance', 'replayed']));
  const left = await world.rows(
    `select balance_micros as left, (select sum(held_micros) from generations g where g.project_id = a.project_id) as held
      from accounts a where kind = 'available' and floor_micros = 0`,
  );
  for (const row of left) {
    expect(Number(row.left) + Number(row.held)).toBe(10_000);
    expect(Number(row.left)).toBeGreaterThanOrEqual(0);
    // The cheapest did not fit any more.
    expect(Number(row.left)).toBeLessThan(190);
  }
});
