import { beforeAll, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { newGeneration, openWorld, TROUBLES, type World } from '../../test/harness/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld((await scratchDatabase({ max: 20 })).database);
});

const keyed = (key: string, requestHash = 'hash') => ({ idempotency: { key, requestHash } });

test('of many creates at once with one Idempotency-Key one is made, and all the others get it', async () => {
  const caller = await world.project();
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, async () =>
      world.store.create(newGeneration(caller, { id: await world.store.nextId(), ...keyed('twin') })),
    ),
  );
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['created', ...Array(11).fill('replayed')]);
  const ids = outcomes.map((outcome) => ('generation' in outcome ? outcome.generation.id : undefined));
  expect(new Set(ids).size).toBe(1);
  expect(await world.rows('select id from generations where project_id = $1', [caller.projectId])).toHaveLength(1);
  expect(await world.rows(TROUBLES)).toEqual([]);
});
