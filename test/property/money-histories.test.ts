import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { advanceAttempt } from '../../src/application/advance-attempt.ts';
import { type Held, witness } from '../../src/application/attempt-step.ts';
import { cancelGeneration } from '../../src/application/cancel-generation.ts';
import type { EngineContext } from '../../src/application/context.ts';
import type { Caller, Claim, GenerationStore, WorkStore } from '../../src/application/ports.ts';
import { microUsd } from '../../src/domain/money.ts';
import type { Database } from '../../src/postgres/database.ts';
import { generationStore } from '../../src/postgres/generations.ts';
import { bookRefund } from '../../src/postgres/ledger.ts';
import { wishCancel } from '../../src/postgres/work/cancel.ts';
import { workStore } from '../../src/postgres/work/work-store.ts';
import { Crash, crashingDatabase } from '../harness/crashing-database.ts';
import { type EngineWorld, fakeRoute, openEngineWorld, videoAt } from '../harness/engine-world.ts';
import { fakeProvider } from '../harness/fake-vendor.ts';
import { seeded } from '../harness/seeded.ts';
import { channel, newGeneration } from '../harness/world.ts';
import { moodyVendor } from './moody-vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

type Event = (
  | {
      readonly kind: 'create';
      readonly who: number;
      readonly held: number;
      readonly key: number;
      readonly count: number;
    }
  | { readonly kind: 'work'; readonly rounds: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'cancel' | 'refund'; readonly which: number }
  | { readonly kind: 'late'; readonly which: number; readonly credits: number }
) & {
  /** The process that does it is killed after so many statements. */
  readonly crash: number | undefined;
};

const crash = fc.option(fc.nat(24), { nil: undefined, freq: 2 });
const which = fc.nat(40);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      who: fc.nat(2),
      held: fc.constantFrom(0, 1, 999, 1000, 3000),
      // Of three Idempotency-Keys, or none.
      key: fc.nat(7),
      count: fc.integer({ min: 1, max: 3 }),
      crash,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('work' as const), rounds: fc.integer({ min: 1, max: 6 }), crash }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      // A moment, a lease, a while, past the horizon of the sandbox, past midnight.
      seconds: fc.constantFrom(1, 11, 11, 60, 300, 3700, 13 * 3600),
      crash: fc.constant(undefined),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'refund' as const), which, crash }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('late' as const), which, credits: fc.constantFrom(0, 700), crash }),
  },
);

const limits = fc.record({
  grant: fc.option(fc.constantFrom(2500, 25_000), { nil: undefined, freq: 1 }),
  budget: fc.option(fc.constantFrom(4000, 15_000), { nil: null, freq: 1 }),
  daily: fc.option(fc.constantFrom(3000, 8000), { nil: null, freq: 1 }),
  inFlight: fc.option(fc.constantFrom(1, 4), { nil: null, freq: 1 }),
});
type Limits = typeof limits extends fc.Arbitrary<infer T> ? T : never;

const history = fc.record({
  seed: fc.nat(),
  limits: fc.tuple(limits, limits, limits),
  batches: fc.array(fc.array(event, { minLength: 2, maxLength: 5 }), { minLength: 10, maxLength: 18 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

test('whatever happens, in any order, at once and cut off anywhere: the books are right, and no limit is passed', async () => {
  const runs = Number(process.env['ONEREEL_HISTORIES'] ?? 8);
  const given = process.env['ONEREEL_SEED'];
  await fc.assert(fc.asyncProperty(history, run), {
    numRuns: runs,
    endOnFailure: true,
    ...(given !== undefined && { seed: Number(given) }),
  });
});

/** What happened so far. */
interface Past {
  readonly world: EngineWorld;
  readonly callers: readonly Caller[];
  readonly held: Held[];
}

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

/** A process of its own, which may be killed. */
function processOf({ world }: Past, crashAfter: number | undefined) {
  const database: Database = crashingDatabase(world.database, crashAfter);
  const store: GenerationStore = generationStore(database, world.installation.vault);
  const work: WorkStore = workStore(database, world.installation);
  const ctx: EngineContext = {
    ...world.parts,
    work,
    isStopping: () => false,
    seconds: () => performance.now() / 1000,
    pause: async () => {},
    gate: { hold: (_, task) => task() },
  };
  return { database, store, work, ctx };
}

async function happen(past: Past, each: Event): Promise<void> {
  const { world } = past;
  const own = processOf(past, each.crash);
  switch (each.kind) {
    case 'create':
      await Promise.all(Array.from({ length: each.count }, () => create(past, own.store, each)));
      return;
    case 'work':
      for (let round = 1; round <= each.rounds; round += 1) await workOnce(past, own);
      return;
    case 'pass':
      return world.advance(each.seconds);
    case 'cancel':
      return cancel(past, own, each.which);
    case 'refund':
      return refund(past, own.database, each.which);
    case 'late':
      return comeLate(past, own.ctx, each);
  }
}

async function create(
  { callers }: Past,
  store: GenerationStore,
  { who, held, key }: Extract<Event, { kind: 'create' }>,
): Promise<void> {
  const caller = callers[who];
  if (!caller) return;
  const heldMicros = microUsd(held);
  const route = { ...fakeRoute(), cost: { currency: 'USD' as const, micros: held }, holdMicros: heldMicros };
  const idempotency = { key: `${key}`, requestHash: `${held}` };
  const id = await store.nextId();
  await store.create(
    newGeneration(caller, {
      id,
      routes: [route],
      heldMicros,
      quotedMicros: heldMicros,
      ...(key < 3 && { idempotency }),
    }),
  );
}

async function workOnce(past: Past, { work, ctx }: ReturnType<typeof processOf>): Promise<void> {
  await work.dispatch();
  const claims = await work.claim({ limit: 8, leaseSeconds: 10, owner: 'test' });
  await Promise.all(claims.map((claim) => advance(past, ctx, claim)));
  await past.world.advance(1);
}

/** As the admin API does, and twice at once: a key that was pressed again. */
async function refund({ world }: Past, database: Database, index: number): Promise<void> {
  const rows = await world.rows(
    `select id from generations where state = 'completed' order by settled_micros desc, id`,
  );
  const generationId = rows[index % Math.max(1, rows.length)]?.id ?? 1n;
  const micros = index % 3 === 0 ? { micros: index } : {};
  const once = () => database.transaction((tx) => bookRefund(tx, { generationId, cause: 'a test', ...micros }));
  await Promise.all([once(), once()]);
}

/** Carries on with one claim, and remembers what was known then. */
async function advance({ held }: Past, ctx: EngineContext, claim: Claim): Promise<void> {
  const file = await ctx.work.read(claim);
  const provider = file && ctx.providers.get(file.route.provider);
  const [model] = provider?.models ?? [];
  if (file && provider && model) held.push({ claim, file, provider, model });
  await advanceAttempt(ctx, claim);
}

/** A worker that was slow, or whose claim ended long ago, sees that the vendor has finished, and billed. */
async function comeLate(
  { held }: Past,
  ctx: EngineContext,
  { which: index, credits }: Extract<Event, { kind: 'late' }>,
) {
  const atVendor = held.filter(({ file }) => file.attempt.operation !== undefined);
  const chosen = atVendor[index % Math.max(1, atVendor.length)];
  const operation = chosen?.file.attempt.operation;
  if (!chosen || operation === undefined) return;
  const outputs = [videoAt('https://vendor.example/good.mp4')];
  await witness(ctx, chosen, {
    kind: 'poll',
    observation: { state: 'succeeded', operation, outputs, usage: { credits } },
  });
}

async function cancel(past: Past, own: ReturnType<typeof processOf>, index: number): Promise<void> {
  const { world } = past;
  const chosen = await anyGeneration(past, index);
  if (!chosen) return;
  let seconds = 0;
  const { upstream, providers, log } = world.parts;
  await cancelGeneration(
    {
      generations: own.store,
      log,
      cancelling: {
        upstream,
        providers,
        wish: (scope, id) => wishCancel(own.database, world.installation, { scope, id }),
        observe: async (attemptId, evidence, lost) => {
          await own.work.observe({ attemptId, number: -1n }, evidence, lost);
        },
        pause: async (pause) => {
          seconds += pause + 1;
        },
        seconds: () => seconds,
      },
    },
    chosen.caller,
    chosen.id,
  );
}

async function anyGeneration({ world, callers }: Past, index: number) {
  const rows = await world.rows('select id, project_id from generations order by id');
  const chosen = rows[index % Math.max(1, rows.length)];
  const caller = callers.find(({ projectId }) => projectId === chosen?.project_id);
  return caller && { id: BigInt(chosen.id), caller };
}
