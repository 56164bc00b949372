import { beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type ScratchDatabase } from '../../test/harness/scratch-database.ts';

let scratch: ScratchDatabase;

beforeAll(async () => {
  scratch = await emptyDatabase();
  await scratch.database.query({ text: 'create schema onereel' });
  await scratch.database.query({ text: 'create table counters (id integer primary key, value bigint not null)' });
});

test('a connection that is lost between two statements of a transaction fails it, and nothing else', async () => {
  const { database, open } = scratch;
  const lost = database.transaction(async (tx) => {
    const [own] = await tx.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' });
    await open(1).query({ text: 'select pg_terminate_backend($1, 5000)', values: [own?.pid] });
    // The loss is told before the next statement is sent.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await tx.query({ text: 'select 1' });
  });
  await expect(lost).rejects.toThrow();
  expect(await database.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
});

test('of two transactions in a deadlock one is repeated, and both take effect', async () => {
  const { database } = scratch;
  await database.query({ text: 'insert into counters values (1, 0), (2, 0)' });
  let tries = 0;
  const bothHold = Promise.withResolvers<void>();
  const both = [
    [1, 2],
    [2, 1],
  ].map(([first, second]) =>
    database.transaction(async (tx) => {
      await tx.query({ text: 'update counters set value = value + 1 where id = $1', values: [first] });
      tries += 1;
      if (tries === 2) bothHold.resolve();
      await bothHold.promise;
      await tx.query({ text: 'update counters set value = value + 1 where id = $1', values: [second] });
    }),
  );
  await Promise.all(both);
  expect(tries).toBeGreaterThan(2);
  expect(await database.query({ text: 'select value from counters' })).toEqual([{ value: 2n }, { value: 2n }]);
});

test('a transaction that throws leaves nothing behind, and its connection is used again', async () => {
  const database = scratch.open(1);
  const failed = database.transaction(async (tx) => {
    await tx.query({ text: 'insert into counters values (3, 0)' });
    throw new Error('on purpose');
  });
  await expect(failed).rejects.toThrow('on purpose');
  expect(await database.query({ text: 'select from counters where id = 3' })).toEqual([]);
});

test('64-bit integers keep every digit', async () => {
  const [row] = await scratch.database.query({ text: 'select $1::bigint as id', values: [2n ** 63n - 1n] });
  expect(row).toEqual({ id: 9223372036854775807n });
});
