import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  answered,
  dropped,
  type EngineWorld,
  film,
  openEngineWorld,
  running,
  succeeded,
  videoAt,
} from '../../test/harness/engine-world.ts';
import { channel, openWorld } from '../../test/harness/world.ts';
import type { EngineParts } from '../application/context.ts';
import { type Engine, startEngine } from './engine.ts';
import { lastingEvidence } from './lasting-evidence.ts';

let world: EngineWorld;
const engines: Engine[] = [];

beforeEach(async () => {
  world = await openEngineWorld();
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.stop(1))));

function start(parts: EngineParts = world.parts, leaseSeconds = 10): Engine {
  const engine = startEngine(parts, { owner: `engine-${engines.length}`, concurrency: 16, leaseSeconds });
  engines.push(engine);
  return engine;
}

const state = async (id: bigint) => (await world.generation(id)).state;
const until = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 15_000, interval: 20 });
const never = () => new Promise<never>(() => {});

test('what is created is carried to its end, at once when the engine is woken', async () => {
  const engine = start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const id = await world.create(world.caller);
  const begun = performance.now();
  engine.wake();
  await until(() => state(id)).toBe('completed');
  expect(performance.now() - begun).toBeLessThan(3000);
  expect(engine.healthy).toBe(true);
});

test('two engines side by side make every attempt once', async () => {
  await world.channels(channel({ name: 'fake', provider: 'fake', settings: { usual_seconds: 0.1 }, concurrency: 7 }));
  const ids = await Promise.all(Array.from({ length: 40 }, () => world.create(world.caller)));
  start();
  start();
  await until(async () => (await world.rows(`select from generations where state <> 'completed'`)).length).toBe(0);
  expect(world.vendor.submits).toHaveLength(40);
  expect(new Set(world.vendor.submits).size).toBe(40);
  expect(await world.rows('select from attempts')).toHaveLength(ids.length);
  expect(await world.troubles()).toEqual([]);
});

test('a step that takes longer than its lease keeps it by heartbeats', async () => {
  const id = await world.create(world.caller);
  await world.step();
  let atOnce = 0;
  let most = 0;
  world.vendor.poll = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1800));
    atOnce -= 1;
    return succeeded(videoAt('https://vendor.example/1.mp4'));
  };
  start(world.parts, 1);
  start(world.parts, 1);
  await until(() => state(id)).toBe('completed');
  expect([most, world.vendor.polls.length]).toEqual([1, 1]);
});

test('an engine that stops hands over what it cannot finish, and another one carries on at once', async () => {
  const id = await world.create(world.caller);
  let downloads = 0;
  world.vendor.download = () => {
    downloads += 1;
    return downloads === 1 ? never() : film();
  };
  const first = start();
  await until(async () => downloads).toBe(1);
  const begun = performance.now();
  await first.stop(0.2);
  expect(performance.now() - begun).toBeLessThan(1500);
  start();
  await until(() => state(id)).toBe('completed');
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(world.vendor.submits).toHaveLength(1);
});

test('an engine that stops lets a create end that is under way, and keeps its answer', async () => {
  const answer = Promise.withResolvers<ReturnType<typeof running>>();
  const id = await world.create(world.caller);
  world.vendor.submit = () => answer.promise;
  const engine = start();
  await until(async () => world.vendor.submits.length).toBe(1);
  const stopped = engine.stop(5);
  answer.resolve(running('v-1'));
  await stopped;
  const attempt = await world.row('select state, operation from attempts where generation_id = $1', [id]);
  expect(attempt).toEqual({ state: 'running', operation: { id: 'v-1' } });
});

test('a create that does not end while the engine stops is not handed over: it keeps its lease, and is looked for after it', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = never;
  const engine = start();
  await until(async () => world.vendor.submits.length).toBe(1);
  await engine.stop(0.1);
  expect(await world.step()).toBe(0);
  await world.advance(11);
  expect(await world.step()).toBe(1);
  expect((await world.row('select state from attempts where generation_id = $1', [id])).state).toBe('unconfirmed');
  expect(world.vendor.submits).toHaveLength(1);
});

test('an engine that stops begins nothing new', async () => {
  const engine = start();
  await engine.stop(1);
  await world.create(world.caller);
  engine.wake();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await world.rows('select from attempts')).toEqual([]);
});

test('a step that throws does not hold up the others', async () => {
  const poison = await world.create(world.caller);
  const id = await world.create(world.caller);
  const errors: string[] = [];
  world.vendor.submit = (tag) => {
    if (world.vendor.submits.length === 1) throw new TypeError('a bug');
    return running(tag);
  };
  start({ ...world.parts, log: { ...world.parts.log, error: (event) => errors.push(event) } });
  const states = async () => [await state(poison), await state(id)].sort();
  await until(states).toEqual(['completed', 'queued']);
  expect(errors).toEqual(['attempt.step_failed']);
});

test('a generation that waits and is never given a slot ends at its horizon, and is released', async () => {
  await world.channels();
  const [old, young] = [await world.create(world.caller), await world.create(world.caller)];
  const live = await world.create({ ...world.caller, livemode: true, kind: 'live' });
  await world.advance(3601);
  const fresh = await world.create(world.caller);
  start();
  await until(() => state(old)).toBe('failed');
  await until(() => state(young)).toBe('failed');
  expect((await world.generation(old)).error?.code).toBe('timed_out');
  // A live one has the vendor's 48 hours and a day.
  expect([await state(live), await state(fresh)]).toEqual(['queued', 'queued']);
  const held = await world.rows(`select balance_micros from accounts where kind = 'held' order by livemode`);
  expect(held).toEqual([{ balance_micros: 1000n }, { balance_micros: 1000n }]);
  expect(await world.troubles()).toEqual([]);
});

test('engines survive a database that is away: what it was told is not lost, nothing is sent twice', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => world.create(world.caller)));
  world.vendor.poll = () => running('v');
  const engine = start({ ...world.parts, work: lastingEvidence(world.work, { seconds: 30 }) });
  await until(async () => world.vendor.submits.length).toBe(6);
  await world.rows(
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
  );
  world.vendor.poll = () => succeeded(videoAt('https://vendor.example/1.mp4'));
  // Steps that were cut off come back when their leases end.
  await until(async () => {
    await world.advance(2);
    return (await Promise.all(ids.map(state))).every((each) => each === 'completed');
  }).toBe(true);
  expect(world.vendor.submits).toHaveLength(6);
  expect(engine.healthy).toBe(true);
  expect(await world.troubles()).toEqual([]);
});

test('whatever a vendor answers, at random and at once, every generation ends once and the books agree', async () => {
  let turn = 0;
  const dice = () => {
    turn += 1;
    return (turn * 7919) % 10;
  };
  world.vendor.submit = (tag) => {
    const thrown = dice();
    if (thrown === 0) return answered({ state: 'failed', failure: { code: 'content_rejected' } });
    if (thrown === 1) return answered({ state: 'failed', failure: { code: 'vendor_account' } });
    if (thrown === 2)
      return answered({ state: 'unanswered', started: 'no', reason: 'HTTP 429', retryAfterSeconds: 0.05 });
    return thrown === 3 ? dropped : running(tag);
  };
  world.vendor.poll = () => {
    const thrown = dice();
    if (thrown < 3) return dropped;
    if (thrown === 3) return answered({ state: 'failed', failure: { code: 'vendor_failed' } });
    return thrown < 6 ? running('v', { progress: turn % 100 }) : succeeded(videoAt('https://vendor.example/1.mp4'));
  };
  await Promise.all(Array.from({ length: 40 }, () => world.create(world.caller)));
  start();
  start({ ...world.parts, work: (await openWorld(world.database)).work });
  const open = `select from generations g where state in ('queued', 'in_progress')
    and not exists (select from attempts a where a.generation_id = g.id and a.state = 'unconfirmed')`;
  await until(async () => (await world.rows(open)).length).toBe(0);
  await world.advance(700);
  await until(async () => {
    await world.advance(200);
    return (await world.rows(`select from generations where state in ('queued', 'in_progress')`)).length;
  }).toBe(0);
  expect(await world.troubles()).toEqual([]);
  // Every create has an attempt of its own: none was sent twice.
  expect(new Set(world.vendor.submits).size).toBe(world.vendor.submits.length);
});
