import { beforeEach, expect, test } from 'vitest';
import { freshDatabase, type ScratchDatabase } from '../../../test/harness/scratch-database.ts';
import { channel, openWorld, type World } from '../../../test/harness/world.ts';
import type { Claim } from '../../application/ports.ts';
import type { Evidence } from '../../domain/attempt.ts';
import { workStore } from './work-store.ts';

let scratch: ScratchDatabase;
let world: World;
let generationId: bigint;

beforeEach(async () => {
  scratch = await freshDatabase();
  world = await openWorld(scratch.database);
  await world.channels(channel({ concurrency: 100 }));
  generationId = await world.create(await world.project());
});

async function claimOne(leaseSeconds = 10): Promise<Claim> {
  const [claim] = await world.claimAll(leaseSeconds);
  if (!claim) throw new Error('a claim was expected');
  return claim;
}

/** The claim of a worker that lost it, and that of the one who has it now. */
async function lostAndFound(): Promise<readonly [Claim, Claim]> {
  const lost = await claimOne();
  await world.advance(11);
  return [lost, await claimOne()];
}

const accepted: Evidence = { kind: 'submit', observation: { state: 'running', operation: { id: 'vidu-1' } } };
const looksIn = async () => Number((await world.row('select extract(epoch from run_at - now_at()) as s from due')).s);

test('many workers at once never hold one claim twice', async () => {
  const caller = await world.project();
  await Promise.all(Array.from({ length: 59 }, () => world.create(caller)));
  await world.work.dispatch();
  const workers = Array.from({ length: 8 }, () => workStore(scratch.open(1), world.installation));
  const taken = await Promise.all(
    workers.map(async (work) => {
      const mine = [];
      for (let turn = 0; turn < 5; turn += 1)
        mine.push(...(await work.claim({ limit: 4, leaseSeconds: 60, owner: '' })));
      return mine;
    }),
  );
  const all = taken.flat();
  expect(all).toHaveLength(60);
  expect(new Set(all.map(({ attemptId }) => attemptId)).size).toBe(60);
  expect(new Set(all.map(({ number }) => number)).size).toBe(60);
});

test('what a dead worker held comes back when its lease ends, under a new number', async () => {
  const [lost, found] = await lostAndFound();
  expect(found.attemptId).toBe(lost.attemptId);
  expect(found.number).not.toBe(lost.number);
  expect(await world.work.read(lost)).toBeUndefined();
  expect((await world.work.read(found))?.attempt.generationId).toBe(generationId);
});

test('a heartbeat keeps a claim, and cannot take back one that was lost', async () => {
  const claim = await claimOne();
  await world.advance(9);
  await world.work.heartbeat([claim], 10);
  await world.advance(9);
  expect(await world.claimAll()).toEqual([]);
  await world.advance(2);
  const next = await claimOne();
  await world.work.heartbeat([claim], 3600);
  expect(await looksIn()).toBeLessThan(11);
  expect(await world.work.read(next)).toBeDefined();
});

test('a heartbeat that comes after the decision does not move the next look', async () => {
  const claim = await claimOne();
  await world.work.decide(claim, { step: { to: 'same', answered: true }, lookInSeconds: 1 });
  await world.work.heartbeat([claim], 3600);
  expect(await looksIn()).toBeLessThan(2);
});

test('claims that are handed back are due at once, but not while a create may be on its way', async () => {
  const claim = await claimOne();
  await world.work.handBack([claim]);
  expect(await world.work.read(claim)).toBeUndefined();
  const again = await claimOne();
  expect(await world.work.beginSubmit(again)).toMatchObject({ leftSeconds: expect.closeTo(10, 0) });
  await world.work.handBack([again]);
  expect(await world.claimAll()).toEqual([]);
});

test('a create is begun once, and only by the holder of the claim', async () => {
  const [lost, found] = await lostAndFound();
  expect(await world.work.beginSubmit(lost)).toBe('lost');
  const begun = await Promise.all([world.work.beginSubmit(found), world.work.beginSubmit(found)]);
  expect(begun.filter((outcome) => outcome === 'lost')).toHaveLength(1);
  expect((await world.work.read(found))?.attempt.state).toBe('submitting');
});

test('a decision on a lost claim answers so, and changes nothing', async () => {
  const [lost] = await lostAndFound();
  const before = await world.rows('select * from attempts, generations, due, slots');
  const steps = [
    { to: 'failed', as: 'failed', failure: { code: 'vendor_failed' } },
    { to: 'elsewhere', failure: { code: 'vendor_account' } },
    { to: 'running', operation: { id: 'x' }, queued: false },
    { to: 'same', answered: true },
    { to: 'unconfirmed', reason: '' },
  ] as const;
  for (const step of steps) {
    expect(await world.work.decide(lost, { step, absorbed: 99n, delayed: true, lookInSeconds: 3600 })).toBe('lost');
  }
  expect(await world.rows('select * from attempts, generations, due, slots')).toEqual(before);
  expect(await world.troubles()).toEqual([]);
});

test('evidence of a lost claim is kept, and wakes whoever comes next', async () => {
  const [lost] = await lostAndFound();
  const number = await world.work.observe(lost, accepted);
  expect(await looksIn()).toBeLessThanOrEqual(0);
  const file = await world.work.read(await claimOne());
  expect(file?.evidence).toEqual([{ number, evidence: accepted }]);
});

test('evidence that arrives while another worker decides is looked at right after', async () => {
  const [lost, found] = await lostAndFound();
  await world.work.observe(lost, accepted);
  await world.work.decide(found, { step: { to: 'same', answered: false }, lookInSeconds: 600 });
  expect(await looksIn()).toBeLessThanOrEqual(0);
});

test('nothing is given up while evidence waits that nobody has read', async () => {
  const [lost, found] = await lostAndFound();
  await world.work.observe(lost, accepted);
  const givenUp = { to: 'failed', as: 'failed', failure: { code: 'submission_unconfirmed' } } as const;
  expect(await world.work.decide(found, { step: givenUp })).toBe('lost');
  expect((await world.store.findById(generationId))?.state).toBe('queued');
  const next = await claimOne();
  expect((await world.work.read(next))?.evidence).toHaveLength(1);
});

test('a decision takes in the evidence up to its number, and leaves later evidence to the next', async () => {
  const claim = await claimOne();
  const first = await world.work.observe(claim, { kind: 'outcome_unknown', reason: 'dropped' });
  const second = await world.work.observe(claim, accepted);
  await world.work.decide(claim, {
    step: { to: 'unconfirmed', reason: 'dropped' },
    absorbed: first,
    lookInSeconds: 600,
  });
  expect((await world.work.read(await claimOne()))?.evidence).toEqual([{ number: second, evidence: accepted }]);
});

test('evidence gets its number after whoever decides, so that numbers become visible in their order', async () => {
  const claim = await claimOne();
  const numbers = `select pg_sequence_last_value(pg_get_serial_sequence('observations', 'number')::regclass) as last`;
  const decision = scratch.open(1).transaction(async (tx) => {
    await tx.query({ text: 'select from due where attempt_id = $1 for update', values: [claim.attemptId] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return tx.query({ text: numbers });
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const observed = workStore(scratch.open(1), world.installation).observe({ ...claim, number: 0n }, accepted);
  expect(await decision).toEqual([{ last: null }]);
  expect(await observed).toBe(1n);
});

test('whatever a vendor wrote can be kept: NUL, halves of characters, quotes and backslashes', async () => {
  const claim = await claimOne();
  const text = 'a\0b \ud83d c \udc00 \\u0000 "\\" \u{1f98a}';
  const kept = 'a\ufffdb \ufffd c \ufffd \\u0000 "\\" \u{1f98a}';
  const vendor = { message: text, detail: { [text]: [text] } };
  const failure = { code: 'vendor_failed', vendor } as const;
  await world.work.observe(claim, { kind: 'poll', observation: { state: 'failed', failure, vendorState: text } });
  const observation = (await world.work.read(claim))?.evidence[0]?.evidence;
  expect(observation).toMatchObject({
    observation: { failure: { vendor: { message: kept, detail: { [kept]: [kept] } } } },
  });
  await world.work.decide(claim, { step: { to: 'running', operation: text, queued: false, vendorState: text } });
  expect((await world.store.findById(generationId))?.vendorState).toBe(kept);
  await world.work.decide(await claimOne(), {
    step: { to: 'failed', as: 'failed', failure, vendorState: text },
    absorbed: 99n,
  });
  expect((await world.row('select failure from attempts')).failure.vendor.message).toBe(kept);
});

test('the clock moves leases and looks: offset and rate', async () => {
  await claimOne(3600);
  await world.advance(3599);
  expect(await world.claimAll()).toEqual([]);
  await world.rows('update clock set origin = now_at(), base = clock_timestamp(), rate = 100000');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await claimOne();
});

test('operations of ours are told from those of others, whatever order their members have', async () => {
  const claim = await claimOne();
  await world.work.decide(claim, { step: { to: 'running', operation: { id: 'mine', seconds: 4 }, queued: true } });
  const channelId = (await world.row('select id from channels')).id;
  const asked = [{ seconds: 4, id: 'mine' }, { id: 'another' }, 'text "with" quotes'];
  expect(await world.work.ownedOperations(channelId, asked)).toEqual(new Set(['{"id":"mine","seconds":4}']));
});
