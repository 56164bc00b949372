import { beforeEach, expect, test } from 'vitest';
import {
  answered,
  dropped,
  type EngineWorld,
  openEngineWorld,
  running,
  succeeded,
  unanswered,
  videoAt,
} from '../../test/harness/engine-world.ts';

let world: EngineWorld;

beforeEach(async () => {
  world = await openEngineWorld();
});

async function expectClean(): Promise<void> {
  expect(await world.troubles()).toEqual([]);
}

test('a create of unknown outcome is found in the list, and never sent again', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = () => dropped;
  await world.step();
  expect((await world.attempts())[0]).toMatchObject({ state: 'unconfirmed' });
  await world.advance(4);
  await world.step();
  expect(world.vendor.lists).toBe(1);
  const [tag = ''] = world.vendor.submits;
  world.vendor.list = () =>
    answered({
      items: [
        { operation: { id: 'x' }, tag: 'another' },
        { operation: { id: 'v-9' }, tag },
      ],
    });
  await world.advance(31);
  await world.step();
  expect((await world.attempts())[0]).toMatchObject({ state: 'running', operation: { id: 'v-9' } });
  await world.carryOn();
  expect((await world.generation(id)).state).toBe('completed');
  expect(world.vendor.submits).toHaveLength(1);
  await expectClean();
});

test('where the list shows no tags, each task that is not ours already is asked for its own', async () => {
  const [first, second] = [await world.create(world.caller), await world.create(world.caller)];
  world.vendor.submit = () => (world.vendor.submits.length === 1 ? running('known') : dropped);
  await world.step();
  const lost = (await world.row(`select id from attempts where state = 'unconfirmed'`)).id;
  const tag = world.vendor.submits.find((each) => each.endsWith(`-${lost}`)) ?? '';
  world.vendor.list = () => answered({ items: ['known', 'strange', 'ours'].map((id) => ({ operation: { id } })) });
  world.vendor.poll = (operation) => {
    const { id } = operation as { id: string };
    return running(id, id === 'ours' ? { tag } : { tag: 'another' });
  };
  await world.advance(4);
  await world.step();
  // The one that is ours already is asked by its own attempt alone.
  expect(world.vendor.polls.map((each) => (each as { id: string }).id).sort()).toEqual(['known', 'ours', 'strange']);
  expect(await world.row('select operation from attempts where id = $1', [lost])).toEqual({
    operation: { id: 'ours' },
  });
  world.vendor.poll = () => succeeded(videoAt('https://vendor.example/1.mp4'));
  await world.carryOn();
  expect([(await world.generation(first)).state, (await world.generation(second)).state]).toEqual([
    'completed',
    'completed',
  ]);
});

test('a create that is not found is given up after three looks and ten minutes, and not sent again', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = () => unanswered('HTTP 500');
  await world.step();
  for (let seconds = 0; seconds < 595; seconds += 5) {
    await world.advance(5);
    await world.step();
  }
  expect((await world.generation(id)).state).toBe('queued');
  expect(await world.balances()).toEqual({ available: -1000, held: 1000 });
  await world.carryOn(60);
  expect(await world.generation(id)).toMatchObject({ state: 'failed', error: { code: 'submission_unconfirmed' } });
  expect(world.vendor.lists).toBeGreaterThanOrEqual(3);
  expect(world.vendor.submits).toHaveLength(1);
  expect(await world.balances()).toEqual({ available: 0, held: 0 });
  await expectClean();
});

test('a list that does not answer is no look: nothing is concluded from it', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = () => dropped;
  world.vendor.list = () => answered({ state: 'unanswered', started: 'maybe', reason: 'HTTP 503' });
  await world.step();
  for (let minute = 0; minute < 30; minute += 1) {
    await world.advance(60);
    await world.step();
  }
  expect((await world.generation(id)).state).toBe('queued');
  expect(world.vendor.lists).toBe(30);
  const answers: readonly unknown[] = await world.attempts();
  expect(answers).toMatchObject([{ state: 'unconfirmed', looks: 0 }]);
});

test('a vendor without a list is waited for: the late answer of a sender that lost its claim counts', async () => {
  world = await openEngineWorld({ list: undefined } as object);
  const answer = Promise.withResolvers<ReturnType<typeof running>>();
  const [kept, given] = [await world.create(world.caller), await world.create(world.caller)];
  world.vendor.submit = () => (world.vendor.submits.length === 1 ? answer.promise : dropped);
  const sending = world.step();
  await expect.poll(() => world.vendor.submits.length).toBe(2);
  await world.advance(11);
  await world.step();
  await world.advance(60);
  await world.step();
  expect((await world.attempts()).map(({ state }) => state)).toEqual(['unconfirmed', 'unconfirmed']);
  answer.resolve(running('late'));
  await sending;
  await world.carryOn(60);
  const ends = [await world.generation(kept), await world.generation(given)];
  expect(ends.map(({ state, error }) => error?.code ?? state).sort()).toEqual(['completed', 'submission_unconfirmed']);
  expect(world.vendor.submits).toHaveLength(2);
  await expectClean();
});

test('a sender that dies in the submit leaves an attempt that is looked for, never sent again', async () => {
  const id = await world.create(world.caller);
  world.vendor.submit = () => new Promise(() => {});
  void world.step();
  await expect.poll(() => world.vendor.submits.length).toBe(1);
  await world.advance(11);
  await world.step();
  expect((await world.attempts())[0]).toMatchObject({ state: 'unconfirmed' });
  await world.carryOn(60);
  expect((await world.generation(id)).error?.code).toBe('submission_unconfirmed');
  expect(world.vendor.submits).toHaveLength(1);
});
