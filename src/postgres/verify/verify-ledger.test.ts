import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../../../test/harness/scratch-database.ts';
import { channel, completed, openWorld, plannedRoute, type World } from '../../../test/harness/world.ts';
import type { Caller } from '../../application/ports.ts';
import { priceOf } from '../../domain/money.ts';
import { bookRefund } from '../ledger.ts';
import { CHECKS, type CheckName, type Drift } from './drift.ts';
import { verifyLedger } from './verify-ledger.ts';

let world: World;
let caller: Caller;
/** One of each: open, completed, refunded in part, failed, failed although it was billed. */
let ids: {
  readonly open: bigint;
  readonly done: bigint;
  readonly refunded: bigint;
  readonly failed: bigint;
  readonly lost: bigint;
};

beforeEach(async () => {
  world = await openWorld((await freshDatabase()).database);
  await world.channels(channel());
  caller = await world.project();
  const [done, refunded, failed, lost] = [await make(), await make(), await make(), await make()];
  for (const claim of await world.claimAll()) {
    const { generation_id: id } = await world.row('select generation_id from attempts where id = $1', [
      claim.attemptId,
    ]);
    const as = { to: 'failed', as: 'failed', failure: { code: 'vendor_failed' } } as const;
    if (id === failed) await world.work.decide(claim, { step: as });
    else if (id === lost) {
      const usage = { credits: 640 };
      const observation = { state: 'failed', failure: { code: 'output_missing' }, usage } as const;
      const absorbed = await world.work.observe(claim, { kind: 'poll', observation });
      const cost = { currency: 'USD', micros: 640 } as const;
      await world.work.decide(claim, { step: as, absorbed, lost: { cost, reported: usage } });
    } else await world.work.decide(claim, { step: completed(700) });
  }
  await world.database.transaction((tx) => bookRefund(tx, { generationId: refunded, micros: 200, cause: 'a test' }));
  ids = { open: await make(), done, refunded, failed, lost };
});

const make = () => world.create(caller);

/** Small pages, and nothing left for the last snapshot but what is new; then as it is used. */
async function drifts(): Promise<readonly Drift[]> {
  const paged = await verifyLedger(world.database, { pageSize: 2, marginSeconds: 0 });
  const whole = await verifyLedger(world.database);
  const inOrder = (found: readonly Drift[]) => found.map((drift) => JSON.stringify(drift)).toSorted();
  expect(inOrder(paged.drifts)).toEqual(inOrder(whole.drifts));
  return whole.drifts;
}

test('clean books have no drift, and all of them are looked at', async () => {
  expect(await drifts()).toEqual([]);
  expect(await verifyLedger(world.database, { pageSize: 2, marginSeconds: 0 })).toMatchObject({
    transactions: 11,
    generations: 5,
    keys: 1,
  });
});

/** Runs statements that only somebody with the database's password could, and whose triggers are off. */
async function tamper(...statements: readonly string[]): Promise<void> {
  await world.database.transaction(async (tx) => {
    await tx.query({ text: `set local session_replication_role = 'replica'` });
    for (const text of statements) await tx.query({ text });
  });
}

const entry = (kind: string, id: bigint, account: string): string =>
  `(select e.id from ledger_entries e join ledger_transactions t on t.id = e.transaction_id join accounts a on a.id = e.account_id
    where t.kind = '${kind}' and t.generation_id = ${id} and a.kind = '${account}')`;

/** How each check is made to find something, and the subject that it must name. */
const PLANTED: Readonly<Record<CheckName, () => readonly [subject: RegExp, ...statements: readonly string[]]>> = {
  transactions_balance: () => [
    /^transaction \d+$/,
    `update ledger_entries set amount_micros = amount_micros + 1 where id = ${entry('hold', ids.open, 'held')}`,
  ],
  transactions_fit_their_kind: () => [
    /^transaction \d+$/,
    `update ledger_entries set account_id = (select id from accounts where kind = 'spent' and project_id = ${caller.projectId} and not livemode)
      where id = ${entry('hold', ids.open, 'held')}`,
  ],
  accounts_match_entries: () => [
    new RegExp(`^spent of project ${caller.projectId}, test$`),
    `update accounts set balance_micros = balance_micros - 1 where kind = 'spent' and balance_micros > 0`,
  ],
  accounts_above_floor: () => [
    new RegExp(`^available of project ${caller.projectId}, test$`),
    'alter table accounts drop constraint not_below_floor',
    `update accounts set floor_micros = 0 where kind = 'available' and balance_micros < 0`,
  ],
  holds_match_generations: () => [
    new RegExp(`^held of project ${caller.projectId}, test$`),
    `update generations set held_micros = held_micros + 1 where id = ${ids.open}`,
  ],
  one_hold_one_close: () => [
    new RegExp(`^generation ${ids.failed}$`),
    `update ledger_transactions set kind = 'settle' where kind = 'release' and generation_id = ${ids.failed}`,
  ],
  entries_match_generations: () => [
    new RegExp(`^generation ${ids.done}$`),
    `update generations set settled_micros = 699 where id = ${ids.done}`,
  ],
  settled_from_evidence: () => [
    new RegExp(`^generation ${ids.done}$`),
    `update vendor_costs set micros = 500 where attempt_id = (select id from attempts where generation_id = ${ids.done})`,
  ],
  costs_match_evidence: () => [
    new RegExp(`^generation ${ids.lost}$`),
    `update vendor_costs set reported = '{"credits": 1}' where reported is not null`,
  ],
  losses_match_evidence: () => [
    new RegExp(`^generation ${ids.lost}$`),
    `delete from vendor_costs where attempt_id = (select id from attempts where generation_id = ${ids.lost})`,
  ],
  keys_match_generations: () => [
    new RegExp(`^key ${caller.keyId}$`),
    'update key_use set committed_micros = committed_micros - 1',
  ],
  key_days_match_generations: () => [
    new RegExp(`^key ${caller.keyId}$`),
    'update key_use set day_micros = day_micros - 1',
  ],
  open_generations_are_worked_on: () => [new RegExp(`^generation ${ids.open}$`), 'delete from queue'],
};

test.each(Object.keys(CHECKS) as CheckName[])('%s finds what was planted for it', async (check) => {
  const [subject, ...statements] = PLANTED[check]();
  const before = await schema();
  await tamper(...statements);
  const found = (await drifts()).filter((drift) => drift.check === check);
  await restore(before);
  expect(found).not.toEqual([]);
  expect(found[0]?.subject).toMatch(subject);
});

/** The file's tests share a database: what was dropped is put back. */
const schema = async () =>
  (await world.row(`select count(*)::int from pg_constraint where conname = 'not_below_floor'`)).count;
async function restore(before: number): Promise<void> {
  if ((await schema()) === before) return;
  await world.rows('update accounts set floor_micros = null');
  await world.rows('alter table accounts add constraint not_below_floor check (balance_micros >= floor_micros)');
}

test('it is right about books that are being written', async () => {
  let stopped = false;
  const busy = (async () => {
    while (!stopped) {
      await Promise.all([make(), make(), make()]);
      for (const claim of await world.claimAll()) await world.work.decide(claim, { step: completed(700) });
    }
  })();
  try {
    for (let round = 0; round < 8; round += 1) {
      const { drifts: found } = await verifyLedger(world.database, { pageSize: 20, marginSeconds: 0 });
      expect(found).toEqual([]);
    }
  } finally {
    stopped = true;
    await busy;
  }
});

test('what is settled at any rate and markup is what is derived from the vendor’s cost, to the micro-dollar', async () => {
  const factor = fc.oneof(
    fc.constantFrom(1, 0.14, 0.139_999_999_999, 1.25, 0.000_000_001, 1000),
    fc.double({ min: 0, max: 10, noNaN: true }),
  );
  // The open one is somebody else's meanwhile.
  await world.claimAll(1_000_000);
  const price = fc.record({ micros: fc.nat(4_000_000_000), usdPerUnit: factor, markup: factor });
  await fc.assert(
    fc.asyncProperty(fc.array(price, { minLength: 5, maxLength: 20 }), async (prices) => {
      for (const each of prices) {
        const cost = { currency: 'USD', micros: each.micros } as const;
        const settleMicros = priceOf(cost, each);
        const heldMicros = settleMicros;
        const route = { ...plannedRoute(), ...each, cost, holdMicros: heldMicros };
        await world.create(caller, { routes: [route], heldMicros, quotedMicros: heldMicros });
        const [claim] = await world.claimAll();
        if (!claim) throw new Error('nothing to claim');
        await world.work.decide(claim, { step: { ...completed(), cost, settleMicros } });
      }
      expect((await verifyLedger(world.database)).drifts).toEqual([]);
    }),
    { numRuns: 5 },
  );
});
