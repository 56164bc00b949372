import { beforeAll, beforeEach, expect, test } from 'vitest';
import { scratchDatabase } from '../../../test/harness/scratch-database.ts';
import { channel, completed, openWorld, type World } from '../../../test/harness/world.ts';
import type { Caller, Claim, Decision } from '../../application/ports.ts';

let world: World;
let caller: Caller;
let id: bigint;

beforeAll(async () => {
  world = await openWorld((await scratchDatabase()).database);
  await world.channels(channel({ concurrency: 1000 }));
});

beforeEach(async () => {
  caller = await world.project();
  id = await world.create(caller);
});

async function claimOne(): Promise<Claim> {
  await world.work.dispatch();
  await world.rows('update due set run_at = now_at()');
  const claims = await world.work.claim({ limit: 1000, leaseSeconds: 10, owner: 'test' });
  const { attempt } = await world.row('select max(id) as attempt from attempts where generation_id = $1', [id]);
  const claim = claims.find(({ attemptId }) => attemptId === attempt);
  if (!claim) throw new Error('a claim was expected');
  return claim;
}

/** Decides twice on one claim; the second time must change nothing. */
async function decide(decision: Decision): Promise<void> {
  const claim = await claimOne();
  expect(await world.work.decide(claim, decision)).toBe('decided');
  const after = await everything();
  expect(await world.work.decide(claim, decision)).toBe('lost');
  expect(await everything()).toEqual(after);
  expect(await world.troubles()).toEqual([]);
}

const everything = async () =>
  Promise.all(
    [
      'attempts',
      'generations',
      'due',
      'slots',
      'queue',
      'events',
      'outputs',
      'vendor_costs',
      'ledger_entries',
      'accounts',
    ].map((table) => world.rows(`select * from ${table} as t order by t`)),
  );

const attempt = () => world.row('select * from attempts where generation_id = $1 order by ordinal desc limit 1', [id]);
const events = async () =>
  (await world.rows('select type from events where generation_id = $1 order by number', [id])).map(({ type }) => type);
const looksIn = async () =>
  Number(
    (
      await world.row(
        'select extract(epoch from run_at - now_at()) as s from due join attempts on id = attempt_id where generation_id = $1',
        [id],
      )
    ).s,
  );

async function balances(): Promise<Record<string, number>> {
  const rows = await world.rows(
    `select kind, balance_micros from accounts where project_id = $1 and not livemode and (balance_micros <> 0 or kind in ('available', 'held'))`,
    [caller.projectId],
  );
  return Object.fromEntries(rows.map(({ kind, balance_micros }) => [kind, Number(balance_micros)]));
}

const running = (more: object = {}): Decision['step'] => ({
  to: 'running',
  operation: { id: 'v-1' },
  queued: false,
  ...more,
});

test('running: the operation is kept, the caller sees it once it has begun, and the next look is set', async () => {
  await decide({ step: running({ queued: true, vendorState: 'created' }), lookInSeconds: 30 });
  expect(await attempt()).toMatchObject({ state: 'running', operation: { id: 'v-1' }, looks: 1 });
  expect(await looksIn()).toBeCloseTo(30, 0);
  expect(await world.store.findById(id)).toMatchObject({ state: 'queued', vendorState: 'created' });
  await decide({ step: running({ progress: 33.7, vendorState: 'processing' }) });
  expect(await world.store.findById(id)).toMatchObject({
    state: 'in_progress',
    progress: 33,
    vendorState: 'processing',
  });
  expect(await events()).toEqual(['generation.queued', 'generation.started']);
});

test('progress never goes backwards, is never more than 99 before the end, and a start is told once', async () => {
  for (const progress of [10, 5, 1000, 50]) await decide({ step: running({ progress }) });
  expect(await world.store.findById(id)).toMatchObject({ progress: 99 });
  expect(await events()).toEqual(['generation.queued', 'generation.started']);
});

test('same: the question is counted, and nothing else', async () => {
  await decide({ step: running() });
  await decide({ step: { to: 'same', answered: false }, lookInSeconds: 4, delayed: true });
  await decide({ step: { to: 'same', answered: false }, lookInSeconds: 4, delayed: true });
  expect(await attempt()).toMatchObject({ state: 'running', unanswered: 2, looks: 1 });
  expect(await world.store.findById(id)).toMatchObject({ state: 'in_progress', delayed: true });
  await decide({ step: { to: 'same', answered: true } });
  expect(await attempt()).toMatchObject({ unanswered: 0, looks: 2 });
});

test('passed: evidence is taken in, and not even a look is counted', async () => {
  const earlier = await claimOne();
  const number = await world.work.observe(earlier, { kind: 'not_found' });
  await decide({ step: { to: 'passed' }, absorbed: number, lookInSeconds: 60 });
  expect(await attempt()).toMatchObject({ state: 'assigned', looks: 0, unanswered: 0, absorbed: number });
  expect(await looksIn()).toBeCloseTo(60, 0);
});

test('unconfirmed: looking starts from nothing, and the slot stays taken', async () => {
  await decide({ step: { to: 'same', answered: true } });
  await decide({ step: { to: 'unconfirmed', reason: 'dropped' }, lookInSeconds: 3 });
  expect(await attempt()).toMatchObject({ state: 'unconfirmed', looks: 0 });
  expect(await world.store.findById(id)).toMatchObject({ state: 'queued' });
});

test('collecting: outputs and usage are kept, and a start that nobody saw is told', async () => {
  const outputs = [{ role: 'video', mediaType: 'video/mp4', from: { url: 'https://vendor.example/1.mp4' } }] as const;
  await decide({ step: { to: 'collecting', operation: { id: 'v-1' }, outputs, usage: { credits: 7 } } });
  expect(await attempt()).toMatchObject({
    state: 'collecting',
    outputs,
    usage: { credits: 7 },
    operation: { id: 'v-1' },
  });
  expect(await world.store.findById(id)).toMatchObject({ state: 'in_progress', progress: 95 });
  expect(await events()).toEqual(['generation.queued', 'generation.started']);
  await decide({ step: { to: 'collect-again', reason: '503', unusable: false }, lookInSeconds: 2 });
  expect(await attempt()).toMatchObject({
    state: 'collecting',
    collect_failures: 1,
    looks: 0,
    operation: { id: 'v-1' },
  });
});

test('completed: settled at what is due, the rest released, the file and the cost written down', async () => {
  expect(await balances()).toEqual({ available: -1000, held: 1000 });
  await decide({ step: completed(700) });
  expect(await balances()).toEqual({ available: -700, held: 0, spent: 700 });
  const generation = await world.store.findById(id);
  expect(generation).toMatchObject({ state: 'completed', progress: 100, settledMicros: 700 });
  expect(generation?.outputs).toEqual(completed().outputs);
  const { id: attemptId } = await attempt();
  expect(
    await world.row('select currency, micros, usd_per_unit from vendor_costs where attempt_id = $1', [attemptId]),
  ).toEqual({ currency: 'USD', micros: 700n, usd_per_unit: '1' });
  expect(await events()).toEqual(['generation.queued', 'generation.completed']);
});

test("completed beyond the hold: the project pays the hold, the rest is the operator's variance", async () => {
  await decide({ step: completed(1000, 250) });
  expect(await balances()).toEqual({ available: -1000, held: 0, spent: 1000 });
  const variance = await world.row(`select balance_micros from accounts where kind = 'variance'`);
  expect(variance.balance_micros).toBe(-250n);
});

test.each(['failed', 'cancelled', 'expired'] as const)(
  '%s: all is released and nothing is due any more',
  async (as) => {
    const code = as === 'failed' ? 'content_rejected' : as;
    await decide({ step: { to: 'failed', as, failure: { code, vendor: { status: 400 } }, vendorState: 'over' } });
    expect(await balances()).toEqual({ available: 0, held: 0 });
    expect(await world.store.findById(id)).toMatchObject({
      state: as,
      error: { code },
      vendorState: 'over',
      settledMicros: 0,
    });
    expect(await attempt()).toMatchObject({ state: 'failed', failure: { code, vendor: { status: 400 } } });
    expect(await events()).toEqual(['generation.queued', `generation.${as}`]);
  },
);

test('elsewhere: the hold stays, the slot is free, and the generation waits again', async () => {
  await decide({ step: { to: 'elsewhere', failure: { code: 'vendor_failed' }, retryAfterSeconds: 0 } });
  expect(await balances()).toEqual({ available: -1000, held: 1000 });
  expect(await world.rows('select from queue where generation_id = $1', [id])).toHaveLength(1);
});

test('a generation that waits can be ended, once, by one of many', async () => {
  const ended = await Promise.all(Array.from({ length: 6 }, () => world.work.endWaiting(id, { code: 'timed_out' })));
  expect(ended.filter(Boolean)).toHaveLength(1);
  expect(await world.store.findById(id)).toMatchObject({ state: 'failed', error: { code: 'timed_out' } });
  expect(await balances()).toEqual({ available: 0, held: 0 });
  expect(await world.troubles()).toEqual([]);
});

test('a generation is given a slot or ended, never both', async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    const other = await world.create(caller);
    const [ended] = await Promise.all([world.work.endWaiting(other, { code: 'timed_out' }), world.work.dispatch()]);
    const attempts = await world.rows('select from attempts where generation_id = $1', [other]);
    expect(attempts).toHaveLength(ended ? 0 : 1);
  }
  expect(await world.troubles()).toEqual([]);
});

test('waiting generations are read oldest first, page by page', async () => {
  const ids = [id, await world.create(caller), await world.create(caller)];
  await world.advance(100);
  const mine = (await world.work.waiting({ limit: 1000 })).filter((waiting) => ids.includes(waiting.id));
  expect(mine.map((waiting) => waiting.id)).toEqual(ids);
  expect(mine[0]?.secondsOld).toBeGreaterThanOrEqual(100);
  expect(mine[0]?.route.model).toBe('viduq3-turbo');
  const [next] = await world.work.waiting({ limit: 1, after: ids[0] ?? 0n });
  expect(next?.id).toBe(ids[1]);
});

const billed = { credits: 640 };
const lost = { cost: { currency: 'USD', micros: 640 }, reported: billed } as const;
const success = { kind: 'poll', observation: { state: 'succeeded', outputs: [], usage: billed } } as const;
const failure = { kind: 'poll', observation: { state: 'failed', failure: { code: 'vendor_failed' } } } as const;
const failed = { to: 'failed', as: 'failed', failure: { code: 'vendor_failed' } } as const;
const losses = async () =>
  Number((await world.row(`select sum(balance_micros) as sum from accounts where kind = 'loss'`)).sum);

test('what the vendor bills for a failed attempt is the operator’s loss, and nothing of the project’s', async () => {
  const before = await losses();
  const claim = await claimOne();
  const absorbed = await world.work.observe(claim, success, lost);
  expect(await world.work.decide(claim, { step: failed, absorbed, lost })).toBe('decided');
  expect(await balances()).toEqual({ available: 0, held: 0 });
  expect((await losses()) - before).toBe(-640);
  expect(
    await world.row('select currency, micros, reported from vendor_costs where attempt_id = $1', [claim.attemptId]),
  ).toEqual({
    currency: 'USD',
    micros: 640n,
    reported: billed,
  });
  expect(await world.troubles()).toEqual([]);
});

test('a bill that comes when the attempt has been given up is a loss too, once', async () => {
  const before = await losses();
  const claim = await claimOne();
  await world.work.decide(claim, { step: { to: 'failed', as: 'failed', failure: { code: 'timed_out' } } });
  await Promise.all([world.work.observe(claim, success, lost), world.work.observe(claim, success, lost)]);
  expect((await losses()) - before).toBe(-640);
  expect(await world.troubles()).toEqual([]);
});

test('an attempt does not fail while somebody else has just seen that it is billed: that is taken in first', async () => {
  const claim = await claimOne();
  const plain = await world.work.observe(claim, failure);
  const bill = await world.work.observe({ ...claim, number: -1n }, success, lost);
  expect(await world.work.decide(claim, { step: failed, absorbed: plain })).toBe('lost');
  const next = await claimOne();
  expect((await world.work.read(next))?.evidence.map(({ number }) => number)).toEqual([bill]);
});

test('what was seen later does not hide a bill that nobody has taken in', async () => {
  const claim = await claimOne();
  const bill = await world.work.observe({ ...claim, number: -1n }, success, lost);
  const plain = await world.work.observe(claim, failure);
  expect(await world.work.decide(claim, { step: failed, absorbed: plain })).toBe('lost');
  expect(await world.work.decide(claim, { step: running(), absorbed: plain })).toBe('lost');
  const next = await claimOne();
  expect((await world.work.read(next))?.evidence.map(({ number }) => number)).toEqual([bill, plain]);
});
