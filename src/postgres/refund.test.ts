import { beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../../test/harness/scratch-database.ts';
import { channel, completed, openWorld, type World } from '../../test/harness/world.ts';
import type { Caller } from '../application/ports.ts';
import { bookRefund, type RefundOutcome } from './ledger.ts';

let world: World;
let caller: Caller;

beforeEach(async () => {
  world = await openWorld((await freshDatabase()).database);
  await world.channels(channel());
  caller = await world.project();
});

const refund = (generationId: bigint, micros?: number): Promise<RefundOutcome> =>
  world.database.transaction((tx) =>
    bookRefund(tx, { generationId, cause: 'a test', ...(micros !== undefined && { micros }) }),
  );

/** A generation of 1000 that cost 700. */
async function finished(): Promise<bigint> {
  const id = await world.create(caller);
  const [claim] = await world.claimAll();
  if (!claim) throw new Error('nothing to claim');
  await world.work.decide(claim, { step: completed(700) });
  return id;
}

const balances = async (): Promise<object> =>
  Object.fromEntries(
    (await world.rows('select kind, balance_micros from accounts where balance_micros <> 0')).map((row) => [
      row.kind,
      Number(row.balance_micros),
    ]),
  );

test('a refund gives back what was settled, to the project and to the key’s budgets', async () => {
  const id = await finished();
  expect(await balances()).toEqual({ available: -700, spent: 700 });
  expect(await refund(id)).toEqual({ kind: 'refunded', micros: 700 });
  expect(await balances()).toEqual({});
  const use = await world.row('select * from key_use where key_id = $1', [caller.keyId]);
  expect([use.committed_micros, use.day_micros, use.in_flight]).toEqual([0n, 0n, 0]);
});

test('a part can be given back, never more than was settled', async () => {
  const id = await finished();
  expect(await refund(id, 701)).toEqual({ kind: 'too_much', leftMicros: 700 });
  expect(await refund(id, 200)).toEqual({ kind: 'refunded', micros: 200 });
  expect(await balances()).toEqual({ available: -500, spent: 500 });
});

test('it is given back once, also by several at once', async () => {
  const id = await finished();
  const outcomes = await Promise.all([refund(id), refund(id), refund(id, 1)]);
  expect(outcomes.filter(({ kind }) => kind === 'refunded')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'refunded_before')).toHaveLength(2);
  expect(await refund(id)).toEqual({ kind: 'refunded_before' });
});

test('what is open, failed or unknown has nothing to give back', async () => {
  expect(await refund(1n)).toEqual({ kind: 'not_found' });
  const id = await world.create(caller);
  expect(await refund(id)).toEqual({ kind: 'not_completed' });
  await world.work.endWaiting(id, { code: 'timed_out' });
  expect(await refund(id)).toEqual({ kind: 'not_completed' });
  expect(await world.troubles()).toEqual([]);
});
