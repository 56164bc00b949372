import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallbackContext } from '../../src/application/deliver-callback.ts';
import type { CallbackWish } from '../../src/application/ports.ts';
import { type Deliverer, startDeliverer } from '../../src/engine/deliver-callbacks.ts';
import { callbackStore } from '../../src/postgres/callbacks.ts';
import { answered, type EngineWorld, openEngineWorld, running } from '../harness/engine-world.ts';

interface Call {
  readonly url: string;
  readonly secret: string;
  readonly nonce: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the test's own protocol rendered
  readonly body: any;
}

const OPTIONS = { concurrency: 32, perHost: 2, leaseSeconds: 20 };

let world: EngineWorld;
let calls: Call[];
let answer: (call: Call) => Promise<number> | number;
let deliverers: Deliverer[];

beforeEach(async () => {
  world = await openEngineWorld();
  calls = [];
  answer = () => 200;
  deliverers = [];
});

afterEach(async () => {
  await Promise.all(deliverers.map((deliverer) => deliverer.stop(0.1)));
});

const wish = (more: Partial<CallbackWish> = {}): CallbackWish => ({
  url: 'https://shop.example/hook?a=1',
  secret: 'sk-test-of-the-caller',
  base: 'https://us.example',
  ...more,
});

/** A made-up protocol whose bodies are easy to read. */
function begin(more: Partial<CallbackContext> = {}): Deliverer {
  let nonces = 0;
  const ctx: CallbackContext = {
    callbacks: callbackStore(world.database, world.installation.vault),
    generations: world.store,
    protocols: new Map([
      [
        'uniall',
        {
          render: ({ id, state, progress, vendorState, error }, links, base) => ({
            ...{ id: String(id), state, progress, vendorState, error: error?.code },
            ...{ link: links.sign(base, id, 'video').url },
          }),
          headers: ({ secret, nonce }) => ({ secret, nonce }),
        },
      ],
    ]),
    post: async (url, { headers, body }) => {
      const call = { url, secret: headers['secret'] ?? '', nonce: headers['nonce'] ?? '', body: JSON.parse(body) };
      calls.push(call);
      return answer(call);
    },
    linksAt: (unixSeconds) => ({
      sign: (base) => ({ url: `${base}/${unixSeconds}`, expiresAt: 0 }),
      verify: () => 'forged',
      signInput: () => '',
      verifyInput: () => 'forged',
    }),
    log: world.parts.log,
    now: () => new Date(0),
    nonce: () => String(++nonces),
    ...more,
  };
  const deliverer = startDeliverer(ctx, OPTIONS);
  deliverers.push(deliverer);
  return deliverer;
}

const create = (callback?: CallbackWish) => world.create(world.caller, callback ? { callback } : {});
const statesOf = (id: bigint): string[] =>
  calls.filter(({ body }) => body.id === String(id)).map(({ body }) => body.state);
const told = (id: bigint) => expect.poll(() => statesOf(id), { timeout: 10_000 });
const lines = () =>
  world.rows('select generation_id, number, state, failures from deliveries order by generation_id, number');

/** The vendor works on what was created, and on nothing else. */
async function begun(): Promise<void> {
  world.vendor.poll = () => running('v-1', { vendorState: 'processing' });
  await world.step();
  await world.advance(1);
  await world.step();
}

const keys = () => world.rows('select sealed_key from callbacks order by generation_id');

test('nobody is told of a generation without a callback, and nothing is written for it', async () => {
  await create();
  await world.carryOn();
  expect(await lines()).toEqual([]);
  begin();
  await sleep(50);
  expect(calls).toEqual([]);
});

test('every change is told once, in order, with the state it had then, and the key is gone afterwards', async () => {
  const id = await create(wish());
  expect(JSON.stringify(await keys())).not.toContain('sk-test');
  world.vendor.poll = () => running('v-1', { progress: 40, vendorState: 'processing' });
  await world.step();
  await world.advance(1);
  await world.step();
  world.vendor.poll = () => answered({ state: 'failed', failure: { code: 'content_rejected' }, vendorState: 'failed' });
  await world.carryOn();
  begin();
  await told(id).toEqual(['in_progress', 'failed']);
  const [first, last] = calls;
  expect(first).toMatchObject({ url: wish().url, secret: wish().secret, body: { progress: 0 } });
  expect(first?.body).not.toHaveProperty('error');
  expect(last?.body).toMatchObject({ error: 'content_rejected', vendorState: 'failed' });
  await expect.poll(keys).toEqual([{ sealed_key: null }]);
  expect(await lines()).toEqual([]);
});

test.each(['completed', 'cancelled', 'expired'] as const)('%s is told', async (state) => {
  const id = await create(wish());
  if (state !== 'completed') world.vendor.poll = () => answered({ state });
  await world.carryOn();
  begin();
  await told(id).toEqual(['in_progress', state]);
});

test('what ends while it waits is told, and nothing before it', async () => {
  const id = await create(wish());
  await world.work.endWaiting(id, { code: 'timed_out' });
  begin();
  await told(id).toEqual(['failed']);
});

test('a vendor that puts work back in its queue does not confuse the order', async () => {
  const id = await create(wish());
  await world.step();
  for (const queued of [true, false, true, false]) {
    world.vendor.poll = () => running('v-1', { queued });
    await world.advance(60);
    await world.step();
  }
  expect((await lines()).map(({ state }) => state)).toEqual(['in_progress']);
  begin();
  await told(id).toEqual(['in_progress']);
});

test('a failed call is repeated with the same body under another nonce', async () => {
  const id = await create(wish());
  await begun();
  answer = () => (calls.length < 3 ? 503 : 200);
  const deliverer = begin();
  for (const [tries, pause] of [
    [1, 5],
    [2, 30],
  ] as const) {
    await told(id).toEqual(Array(tries).fill('in_progress'));
    await expect.poll(async () => (await lines())[0].failures).toBe(tries);
    await world.advance(pause - 1);
    deliverer.wake();
    await sleep(100);
    expect(calls).toHaveLength(tries);
    await world.advance(1);
    deliverer.wake();
  }
  await told(id).toEqual(['in_progress', 'in_progress', 'in_progress']);
  await expect.poll(lines).toEqual([]);
  expect(new Set(calls.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(new Set(calls.map(({ nonce }) => nonce)).size).toBe(3);
});

test('what follows waits for a call that is under way, and not for the retries of one that failed', async () => {
  const id = await create(wish());
  const { poll } = world.vendor;
  await begun();
  let refuse: (status: number) => void = () => {};
  answer = () =>
    new Promise<number>((resolve) => {
      refuse = resolve;
    });
  const deliverer = begin();
  await told(id).toEqual(['in_progress']);
  world.vendor.poll = poll;
  await world.carryOn();
  deliverer.wake();
  await sleep(100);
  expect(calls).toHaveLength(1);
  answer = () => (calls.length < 3 ? 503 : 200);
  refuse(503);
  await told(id).toEqual(['in_progress', 'completed']);
  await expect.poll(async () => (await lines()).map(({ failures }) => failures)).toEqual([1, 1]);
  await world.advance(5);
  deliverer.wake();
  await told(id).toEqual(['in_progress', 'completed', 'completed']);
  await expect.poll(lines).toEqual([]);
  expect(await keys()).toEqual([{ sealed_key: null }]);
});

test('after three retries it is given up, and the generation is as it was', async () => {
  const id = await create(wish());
  await world.work.endWaiting(id, { code: 'timed_out' });
  answer = () => Promise.reject(new Error('ECONNREFUSED'));
  const deliverer = begin();
  for (const pause of [5, 30, 300]) {
    const tries = calls.length + 1;
    await expect.poll(async () => (await lines())[0]?.failures).toBe(tries);
    await world.advance(pause);
    deliverer.wake();
  }
  await expect.poll(lines).toEqual([]);
  expect(calls).toHaveLength(4);
  expect(await keys()).toEqual([{ sealed_key: null }]);
  expect((await world.generation(id)).state).toBe('failed');
});

test('a receiver that hangs holds back no other, and gets two calls at once', async () => {
  const slow = await Promise.all(Array.from({ length: 40 }, () => create(wish({ url: 'https://slow.example/' }))));
  const quick = await create(wish({ url: 'https://quick.example/' }));
  for (const id of [...slow, quick]) await world.work.endWaiting(id, { code: 'timed_out' });
  answer = ({ url }) => (url.includes('slow') ? new Promise<number>(() => {}) : 200);
  begin();
  await told(quick).toEqual(['failed']);
  await sleep(1200);
  expect(calls.filter(({ url }) => url.includes('slow'))).toHaveLength(2);
});

test('never more calls at once than the limit, however many hosts there are', async () => {
  const ids: bigint[] = [];
  for (let host = 0; host < 50; host += 1) ids.push(await create(wish({ url: `https://h${host}.example/` })));
  for (const id of ids) await world.work.endWaiting(id, { code: 'timed_out' });
  let open = 0;
  let most = 0;
  answer = async () => {
    open += 1;
    most = Math.max(most, open);
    await sleep(30);
    open -= 1;
    return 200;
  };
  begin();
  await expect.poll(() => calls.length, { timeout: 10_000 }).toBe(50);
  expect(most).toBeLessThanOrEqual(32);
  expect(most).toBeGreaterThan(2);
});

test('two processes never tell the same thing at once, and a dead one is followed by the other', async () => {
  const ids = await Promise.all(
    Array.from({ length: 10 }, (_, host) => create(wish({ url: `https://h${host}.example/` }))),
  );
  for (const id of ids) await world.work.endWaiting(id, { code: 'timed_out' });
  // One that claims and dies.
  const dead = callbackStore(world.database, world.installation.vault);
  const claimed = await dead.claim({ limit: 4, perHost: 2, busy: new Map(), leaseSeconds: 20 });
  expect(claimed).toHaveLength(4);
  begin();
  begin();
  await expect.poll(() => calls.length).toBe(6);
  await world.advance(20);
  await expect.poll(() => calls.length, { timeout: 5000 }).toBe(10);
  expect(new Set(calls.map(({ body }) => body.id)).size).toBe(10);
  // What the dead one still says changes nothing.
  await Promise.all(claimed.map((delivery) => dead.finish(delivery)));
  await Promise.all(claimed.map((delivery) => dead.retry(delivery, 5)));
  await expect.poll(lines).toEqual([]);
});

test('a stop hands over at once what it holds', async () => {
  const id = await create(wish());
  await world.work.endWaiting(id, { code: 'timed_out' });
  answer = () => new Promise<number>(() => {});
  const first = begin();
  await told(id).toEqual(['failed']);
  await first.stop(0.1);
  answer = () => 200;
  begin();
  await told(id).toEqual(['failed', 'failed']);
  expect((await lines())[0]?.failures ?? 0).toBe(0);
});

test('a dialect that has no callbacks any more is given up at once', async () => {
  const id = await create(wish());
  await world.work.endWaiting(id, { code: 'timed_out' });
  begin({ protocols: new Map() });
  await expect.poll(lines).toEqual([]);
  expect(calls).toEqual([]);
});
