import { beforeEach, expect, test } from 'vitest';
import { freshDatabase, type ScratchDatabase } from '../../../test/harness/scratch-database.ts';
import { newGeneration, openWorld, type World } from '../../../test/harness/world.ts';
import type { Caller, CreateOutcome } from '../../application/ports.ts';
import { Refusal } from '../../application/refusal.ts';
import { keyStore } from './keys.ts';
import { projectStore } from './projects.ts';

/** What operators change takes turns with what is accepted meanwhile. */

const CHANGE = { actor: 'key_1', requestId: 'req_1' };

let scratch: ScratchDatabase;
let world: World;
let caller: Caller;

beforeEach(async () => {
  scratch = await freshDatabase();
  world = await openWorld(scratch.database);
  caller = await world.project('shop');
});

const create = async (): Promise<CreateOutcome> =>
  world.store.create(newGeneration(caller, { id: await world.store.nextId() }));
const available = async (): Promise<number> =>
  (await projectStore(scratch.database).find({ name: 'shop' })).test.availableMicros;

test('a revocation waits for creates that are being decided, and none is accepted after it', async () => {
  const keys = keyStore(scratch.database);
  const order: string[] = [];
  let revoked: Promise<unknown> = Promise.resolve();
  await scratch.database.transaction(async (tx) => {
    // As admission does.
    await tx.query({
      text: `select 1 from accounts where project_id = $1 and kind = 'available' order by livemode for update`,
      values: [caller.projectId],
    });
    revoked = keys.revoke(caller.keyId, CHANGE).then(() => order.push('revoked'));
    await expect
      .poll(async () => (await world.rows('select from pg_locks where not granted')).length, { timeout: 5000 })
      .toBeGreaterThan(0);
    order.push('decided');
  });
  await revoked;
  expect(order).toEqual(['decided', 'revoked']);
  expect(await create()).toMatchObject({ kind: 'refused', reason: 'revoked' });
});

test('money that is taken back while creates are accepted never leads below the floor', async () => {
  const projects = projectStore(scratch.database);
  const grant = (amountMicros: number) =>
    projects.grant({ name: 'shop' }, { livemode: false, amountMicros, cause: 'a test' }, CHANGE);
  await grant(10_000);
  await projects.update({ name: 'shop' }, { testFloorMicros: 0 }, CHANGE);
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 12 }, create),
    ...Array.from({ length: 12 }, () => grant(-1000)),
    ...Array.from({ length: 12 }, create),
  ]);
  const taken = outcomes.filter(({ status }) => status === 'rejected');
  for (const outcome of taken) expect(outcome).toMatchObject({ reason: expect.objectContaining({ code: 'conflict' }) });
  expect(await available()).toBe(0);
  expect(await world.troubles()).toEqual([]);
});

test('changes of all kinds at once neither fail nor leave the books wrong', async () => {
  const [projects, keys] = [projectStore(scratch.database), keyStore(scratch.open())];
  const limits = { models: null, expiresAt: null, budgetMicros: null, dailyBudgetMicros: null, perMinute: null };
  const more = { ...limits, inFlight: null, sources: null };
  const turn = async (index: number): Promise<unknown> => {
    switch (index % 6) {
      case 0:
        return create();
      case 1:
        return projects.grant({ name: 'shop' }, { livemode: index % 4 === 1, amountMicros: 500, cause: 'a' }, CHANGE);
      case 2:
        return projects.update({ id: caller.projectId }, { markup: 1 + index / 100 }, CHANGE);
      case 3:
        return keys.update(caller.keyId, { budgetMicros: 1_000_000 + index }, CHANGE);
      case 4:
        return keys.create(
          { ...more, kind: 'live', name: `key ${index}`, project: { name: 'shop' } },
          `key ${index}`,
          CHANGE,
        );
      default:
        return projects.update({ id: caller.projectId }, { liveFloorMicros: -index }, CHANGE);
    }
  };
  await Promise.all(Array.from({ length: 90 }, (_, index) => turn(index)));
  const closing = [
    projects.close({ name: 'shop' }, CHANGE),
    create(),
    create(),
    projects.close({ name: 'shop' }, CHANGE),
  ];
  await Promise.all(closing);
  expect(await create()).toMatchObject({ kind: 'refused', reason: 'revoked' });
  expect(await world.rows('select from api_keys where revoked_at is null')).toEqual([]);
  expect(await world.troubles()).toEqual([]);
  expect(await world.rows(`select from audit_log where action = 'project.closed'`)).toHaveLength(1);
});

test('a change that is refused leaves no line in the audit log, and no line is ever changed', async () => {
  const projects = projectStore(scratch.database);
  await expect(
    projects.create({ name: 'shop', markup: 1, liveFloorMicros: 0, testFloorMicros: null }, CHANGE),
  ).rejects.toThrow(Refusal);
  expect(await world.rows('select from audit_log')).toEqual([]);
  await projects.update({ name: 'shop' }, { markup: 2 }, CHANGE);
  for (const statement of [`update audit_log set actor = 'nobody'`, 'delete from audit_log'])
    await expect(world.rows(statement)).rejects.toThrow('the audit log is append-only');
});
