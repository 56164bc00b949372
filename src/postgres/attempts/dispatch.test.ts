import { beforeEach, expect, test } from 'vitest';
import { freshDatabase, type ScratchDatabase } from '../../../test/harness/scratch-database.ts';
import { channel, openWorld, plannedRoute, type World } from '../../../test/harness/world.ts';
import type { Caller } from '../../application/ports.ts';
import { dispatch } from './dispatch.ts';

let scratch: ScratchDatabase;
let world: World;

beforeEach(async () => {
  scratch = await freshDatabase();
  world = await openWorld(scratch.database);
});

const ATTEMPTS =
  'select a.*, g.project_id, c.name from attempts a join generations g on g.id = a.generation_id join channels c on c.id = a.channel_id order by a.id';

/** Ends the attempts of these generations and frees their slots, as a failed one does. */
async function end(generationIds: readonly bigint[]): Promise<void> {
  await world.rows('update due set run_at = now_at()');
  const claims = await world.work.claim({ limit: 1000, leaseSeconds: 10, owner: 'test' });
  for (const claim of claims) {
    const file = await world.work.read(claim);
    if (!file || !generationIds.includes(file.attempt.generationId)) continue;
    await world.work.decide(claim, { step: { to: 'failed', as: 'failed', failure: { code: 'vendor_failed' } } });
  }
}

test('eight dispatchers at once never give out more slots than the channel has, nor one generation twice', async () => {
  const caller = await world.project();
  await world.channels(channel({ concurrency: 7 }));
  const ids = await Promise.all(Array.from({ length: 30 }, () => world.create(caller)));
  const others = Array.from({ length: 8 }, () => scratch.open(1));
  for (let round = 1; round <= 4; round += 1) {
    await Promise.all(others.map(dispatch));
    expect(await world.rows('select from slots')).toHaveLength(7);
    expect(await world.troubles()).toEqual([]);
    const running = await world.rows('select generation_id from slots join attempts on id = attempt_id');
    await end(running.map(({ generation_id }) => generation_id));
    expect(await world.rows('select from attempts')).toHaveLength(7 * round);
  }
  expect(new Set((await world.rows(ATTEMPTS)).map(({ generation_id }) => generation_id)).size).toBe(28);
  expect(await world.rows('select from queue')).toHaveLength(ids.length - 28);
});

test('dispatchers of several channels of one provider give every generation to one of them, and fill them all', async () => {
  const caller = await world.project();
  const names = ['a', 'b', 'c', 'd'];
  await world.channels(...names.map((name) => channel({ name, concurrency: 5 })));
  await Promise.all(Array.from({ length: 40 }, () => world.create(caller)));
  const others = Array.from({ length: 8 }, () => scratch.open(1));
  // Which of them finds what the others just take is chance; together they are through in a few turns.
  for (let turn = 0; turn < 4; turn += 1) await Promise.all(others.map(dispatch));
  const taken = await world.rows('select count(*)::int from slots group by channel_id');
  expect(taken.map(({ count }) => count)).toEqual([5, 5, 5, 5]);
  expect(await world.troubles()).toEqual([]);
});

test("ten thousand waiting of one project delay another's first by one slot at most", async () => {
  const [many, few] = [await world.project(), await world.project()];
  await world.channels(channel({ concurrency: 4 }));
  await wait(many, 10_000);
  await world.work.dispatch();
  const first = await world.create(few);
  const second = await world.create(few);
  const [running] = await world.rows('select generation_id from slots join attempts on id = attempt_id');
  await end([running.generation_id]);
  const begun = performance.now();
  await world.work.dispatch();
  expect(performance.now() - begun).toBeLessThan(1000);
  expect((await world.rows(ATTEMPTS)).at(-1).generation_id).toBe(first);
  // From then on they take turns until they have equally many.
  const [other] = await world.rows(
    'select generation_id from slots s join attempts a on a.id = s.attempt_id where project_id = $1',
    [many.projectId],
  );
  await end([other.generation_id]);
  await world.work.dispatch();
  expect((await world.rows(ATTEMPTS)).at(-1).generation_id).toBe(second);
});

/** Many that wait, in one statement. */
async function wait(caller: Caller, count: number): Promise<void> {
  await world.create(caller);
  await world.rows(
    `with made as (
        insert into generations (id, project_id, key_id, livemode, dialect, model, warnings, routes, quoted_micros, held_micros, epoch)
        select next_id(), project_id, key_id, livemode, dialect, model, warnings, routes, 0, 0, epoch
        from generations, generate_series(2, $2) where project_id = $1
        returning id, livemode, project_id
      )
      insert into queue (generation_id, provider, livemode, project_id) select id, 'vidu', livemode, project_id from made`,
    [caller.projectId, count],
  );
  await world.rows('update key_use set in_flight = $2 where key_id = $1', [caller.keyId, count]);
  await world.rows('analyze queue');
}

test('the oldest of a project goes first', async () => {
  const caller = await world.project();
  await world.channels(channel({ concurrency: 2 }));
  const ids = [await world.create(caller), await world.create(caller), await world.create(caller)];
  await world.work.dispatch();
  expect((await world.rows(ATTEMPTS)).map(({ generation_id }) => generation_id)).toEqual(ids.slice(0, 2));
});

test('what is to wait until later waits until then, by the one clock', async () => {
  const caller = await world.project();
  await world.channels(channel());
  const id = await world.create(caller);
  await world.rows(`update queue set not_before = now_at() + interval '1 hour'`);
  expect(await world.work.dispatch()).toBe(0);
  await world.advance(3601);
  expect(await world.work.dispatch()).toBe(1);
  expect((await world.rows(ATTEMPTS))[0].generation_id).toBe(id);
});

test('a drained channel, a paused one, another provider and the other world take nothing', async () => {
  const caller = await world.project();
  await world.create(caller);
  await world.channels(
    channel({ name: 'drained' }),
    channel({ name: 'paused' }),
    channel({ name: 'other', provider: 'ark' }),
    channel({ name: 'live', livemode: true }),
  );
  await world.rows(`update channels set state = 'drained' where name = 'drained'`);
  await world.rows(`update channels set paused_until = now_at() + interval '10 s' where name = 'paused'`);
  expect(await world.work.dispatch()).toBe(0);
  await world.advance(11);
  expect(await world.work.dispatch()).toBe(1);
  expect((await world.rows(ATTEMPTS))[0].name).toBe('paused');
});

test('a vendor without room pauses its channel, and the generation waits for it without a second attempt', async () => {
  const caller = await world.project();
  await world.channels(channel({ concurrency: 1 }));
  await world.create(caller);
  const behind = await world.create(caller);
  const [claim] = await world.claimAll();
  if (!claim) throw new Error('a claim was expected');
  const failure = { code: 'vendor_failed' } as const;
  await world.work.decide(claim, { step: { to: 'elsewhere', failure, retryAfterSeconds: 7 } });
  expect(await world.troubles()).toEqual([]);
  expect(await world.work.dispatch()).toBe(0);
  await world.advance(8);
  expect(await world.work.dispatch()).toBe(1);
  expect((await world.rows(ATTEMPTS)).map(({ state }) => state)).toEqual(['failed', 'assigned']);
  expect((await world.rows(ATTEMPTS))[1].ordinal).toBe(2);
  expect(await world.rows('select generation_id from queue')).toEqual([{ generation_id: behind }]);
});

test('a refused attempt moves to the next route that can be reached, and ends where there is none', async () => {
  const caller = await world.project();
  const routes = ['vidu', 'byteplus', 'ark'].map((provider) => plannedRoute({ provider }));
  await world.channels(channel(), channel({ name: 'ark', provider: 'ark' }));
  const id = await world.create(caller, { routes });
  const refused = { step: { to: 'elsewhere', failure: { code: 'vendor_account' } } } as const;
  const [first] = await world.claimAll();
  if (!first) throw new Error('a claim was expected');
  await world.work.decide(first, refused);
  const [second] = await world.claimAll();
  if (!second) throw new Error('a claim was expected');
  const file = await world.work.read(second);
  expect([file?.channel.name, file?.route.provider]).toEqual(['ark', 'ark']);
  await world.work.decide(second, refused);
  expect(await world.store.findById(id)).toMatchObject({ state: 'failed', error: { code: 'vendor_account' } });
  expect(await world.troubles()).toEqual([]);
});
