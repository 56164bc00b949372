import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Caller } from '../../src/application/ports.ts';
import { Crash } from '../harness/crashing-database.ts';
import { type EngineWorld, openEngineWorld } from '../harness/engine-world.ts';
import { fakeProvider } from '../harness/fake-vendor.ts';
import { seeded } from '../harness/seeded.ts';
import { channel } from '../harness/world.ts';
import { happen, type Past } from './happen.ts';
import { type History, history, type Limits } from './history-events.ts';
import { moodyVendor } from './moody-vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

test('whatever happens, in any order, at once and cut off anywhere: the books are right, and no limit is passed', async () => {
  const runs = Number(process.env['ONEREEL_HISTORIES'] ?? 5);
  const given = process.env['ONEREEL_SEED'];
  await fc.assert(fc.asyncProperty(history, run), {
    numRuns: runs,
    endOnFailure: true,
    ...(given !== undefined && { seed: Number(given) }),
  });
});

async function run({ seed, limits: wanted, batches }: History): Promise<void> {
  const world = await openEngineWorld({ cancel: { ...fakeProvider().poll } as never }); // told apart by identity alone
  await world.channels(
    channel({ name: 'fake', provider: 'fake', concurrency: 6 }),
    channel({ name: 'live', provider: 'fake', livemode: true, concurrency: 6 }),
  );
  await world.rows(`update clock set origin = '2026-11-20 20:00:00Z', base = clock_timestamp()`);
  const work = moodyVendor(world, seeded(seed));
  const callers = await Promise.all(wanted.map((each, index) => limited(world, each, index === 2)));
  const past: Past = { world, callers, held: [] };
  for (const batch of batches) {
    await Promise.all(batch.map((each) => survive(happen(past, each))));
    expect(await world.troubles()).toEqual([]);
    expect(await overspent(world)).toEqual([]);
  }
  await world.carryOn(400);
  expect(await world.troubles()).toEqual([]);
  expect(await world.rows(`select from generations where ended_at is null`)).toEqual([]);
  expect(new Set(world.vendor.submits).size).toBe(world.vendor.submits.length);
  expect(work.size).toBeLessThanOrEqual(world.vendor.submits.length);
}

/** A crash ends only what it struck. */
const survive = (happening: Promise<unknown>): Promise<unknown> =>
  happening.catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });

async function limited(
  world: EngineWorld,
  { grant, budget, daily, inFlight }: Limits,
  livemode: boolean,
): Promise<Caller> {
  const { projectId } = await world.project();
  const { id: keyId } = await world.row(
    `insert into api_keys (project_id, kind, hash, name, budget_micros, daily_budget_micros, in_flight_limit)
      values ($1, $2, $3, 'limited', $4, $5, $6) returning id`,
    [
      projectId,
      livemode ? 'live' : 'test',
      createHash('sha256').update(randomUUID()).digest(),
      budget,
      daily,
      inFlight,
    ],
  );
  if (grant !== undefined) {
    await world.rows(
      `with a as (update accounts set balance_micros = balance_micros + case kind when 'available' then $3::bigint else - $3 end,
            floor_micros = case kind when 'available' then 0 end
          where project_id = $1 and livemode = $2 and kind in ('available', 'grants') returning id, kind),
        t as (insert into ledger_transactions (kind, cause) values ('grant', 'a test') returning id)
        insert into ledger_entries (transaction_id, account_id, amount_micros)
        select t.id, a.id, case a.kind when 'available' then $3 else - $3 end from t, a where $3 <> 0`,
      [projectId, livemode, grant],
    );
  }
  return { projectId, keyId, livemode, kind: livemode ? 'live' : 'test' };
}

/** Limits that were passed, told from the generations alone. */
const overspent = (world: EngineWorld) =>
  world.rows(`
    with g as (select g.*, case when ended_at is null then held_micros else coalesce(settled_micros, 0) end as cost from generations g)
    select 'budget of key ' || k.id as trouble from api_keys k join g on g.key_id = k.id
      group by k.id having sum(cost) - (select coalesce(sum(amount_micros), 0) from ledger_entries e
        join ledger_transactions t on t.id = e.transaction_id join generations r on r.id = t.generation_id
        where t.kind = 'refund' and r.key_id = k.id and amount_micros > 0) > k.budget_micros
    union all select 'day of key ' || k.id from api_keys k join g on g.key_id = k.id
      group by k.id, (g.created_at at time zone 'UTC')::date having sum(cost) - (select coalesce(sum(amount_micros), 0) from ledger_entries e
        join ledger_transactions t on t.id = e.transaction_id join generations r on r.id = t.generation_id
        where t.kind = 'refund' and r.key_id = k.id and amount_micros > 0) > k.daily_budget_micros
    union all select 'flights of key ' || k.id from api_keys k join g on g.key_id = k.id and g.ended_at is null
      group by k.id having count(*) > k.in_flight_limit
    union all select 'floor' from accounts where balance_micros < floor_micros`);
