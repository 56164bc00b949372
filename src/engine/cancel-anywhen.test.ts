import { expect, test } from 'vitest';
import { cancelAsCaller } from '../../test/harness/caller-cancels.ts';
import {
  answered,
  dropped,
  type EngineWorld,
  noRoom,
  openEngineWorld,
  running,
  succeeded,
  unanswered,
  videoAt,
} from '../../test/harness/engine-world.ts';
import { fakeProvider } from '../../test/harness/fake-vendor.ts';
import { type Chance, seeded } from '../../test/harness/seeded.ts';

const CANCEL = { ...fakeProvider().poll } as never;
const GENERATIONS = 40;
const TURNS = 60;

/** A vendor that cancels what waits, refuses what runs, and loses answers, as chance has it. */
function moody(world: EngineWorld, chance: Chance): Map<string, 'waits' | 'runs' | 'cancelled' | 'done'> {
  const tasks = new Map<string, 'waits' | 'runs' | 'cancelled' | 'done'>();
  const { vendor } = world;
  vendor.submit = (tag) => {
    const mood = chance.pick(['waits', 'waits', 'runs', 'no room', 'dropped']);
    if (mood === 'no room') return noRoom(1);
    tasks.set(tag, mood === 'runs' ? 'runs' : 'waits');
    return mood === 'dropped' ? dropped : running(tag, { queued: mood === 'waits' });
  };
  vendor.list = () => answered({ items: [...tasks.keys()].map((id) => ({ operation: { id }, tag: id })) });
  vendor.poll = (operation) => {
    const { id } = operation as { id: string };
    if (chance.between(0, 1) < 0.2) return unanswered();
    if (tasks.get(id) === 'waits' && chance.between(0, 1) < 0.3) tasks.set(id, 'runs');
    else if (tasks.get(id) === 'runs' && chance.between(0, 1) < 0.3) tasks.set(id, 'done');
    if (tasks.get(id) === 'cancelled')
      return answered({ state: chance.pick(['cancelled', 'failed']), failure: { code: 'vendor_failed' } });
    return tasks.get(id) === 'done'
      ? succeeded(videoAt('https://v.example/1'))
      : running(id, { queued: tasks.get(id) === 'waits' });
  };
  vendor.cancel = (operation) => {
    const { id } = operation as { id: string };
    if (chance.between(0, 1) < 0.2) return answered('unanswered');
    if (tasks.get(id) !== 'waits') return answered('too-late');
    tasks.set(id, 'cancelled');
    return chance.between(0, 1) < 0.2 ? answered('unanswered') : answered('cancelled');
  };
  return tasks;
}

test.each([1, 2, 3])(
  'cancelled at any moment by several callers, every hold is closed once (seed %i)',
  async (seed) => {
    const chance = seeded(seed);
    const world = await openEngineWorld({ cancel: CANCEL });
    const tasks = moody(world, chance);
    const ids: bigint[] = [];
    for (let made = 0; made < GENERATIONS; made += 1) ids.push(await world.create(world.caller));
    const answers = new Map<bigint, string[]>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const wished = [1, 2, 3].map(() => chance.pick(ids as [bigint, ...bigint[]]));
      await Promise.all([
        world.step(),
        ...wished.map(async (id) => {
          const kind = await cancelAsCaller(world, id, { meanwhile: async () => {}, tick: 0.5 });
          answers.set(id, [...(answers.get(id) ?? []), kind]);
        }),
      ]);
      await world.advance(chance.between(0, 4));
      expect(await world.troubles()).toEqual([]);
    }
    await world.carryOn(40);
    expect(await world.troubles()).toEqual([]);
    expect((await world.balances())['held']).toBe(0);
    for (const id of ids) {
      const { state, cancelRequested } = await world.generation(id);
      expect(['completed', 'cancelled', 'failed']).toContain(state);
      // Whoever was told that it is cancelled is not charged.
      if (answers.get(id)?.includes('cancelled')) expect(state).not.toBe('completed');
      if (state === 'cancelled') expect(cancelRequested).toBe(true);
    }
    // No work is left behind at the vendor, unpaid and unwatched.
    const ends = await world.rows(
      'select operation ->> $1 as id, g.state from attempts a join generations g on g.id = generation_id where operation is not null',
      ['id'],
    );
    for (const { id, state } of ends) if (tasks.get(id) === 'done') expect(state).toBe('completed');
  },
  120_000,
);
