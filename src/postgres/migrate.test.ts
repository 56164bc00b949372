import { expect, test } from 'vitest';
import { emptyDatabase } from '../../test/harness/scratch-database.ts';
import type { Database } from './database.ts';
import { migrate, SchemaRefused } from './migrate.ts';

test('of twenty processes that start at once one installs the schema and the others find it', async () => {
  const { open } = await emptyDatabase({ max: 1 });
  const results = await Promise.all(Array.from({ length: 20 }, () => migrate(open(1))));
  const installed = results.filter(({ applied }) => applied.length > 0);
  expect(installed).toHaveLength(1);
  expect(installed[0]?.applied[0]).toBe(1);
});

test('a schema of a newer version is refused, and left alone', async () => {
  const { database } = await emptyDatabase();
  await migrate(database);
  await database.query({ text: `insert into migrations (number, sha256) values (9999, 'of tomorrow')` });
  await expect(migrate(database)).rejects.toThrow(
    new SchemaRefused(
      'The database has migration 9999, which this version of Onereel does not know: a newer version has used it. Start that version or a newer one.',
    ),
  );
});

test('a migration that was changed after it ran is refused', async () => {
  const { database } = await emptyDatabase();
  await migrate(database);
  await database.query({ text: `update migrations set sha256 = 'another' where number = 1` });
  await expect(migrate(database)).rejects.toThrow(
    new SchemaRefused(
      'Migration 1 in the database is not the one this version carries. Migrations never change; use an unmodified release.',
    ),
  );
});

test('a migration that fails leaves nothing behind', async () => {
  const { database } = await emptyDatabase();
  // In the way of the first migration's first table.
  await database.query({ text: 'create schema onereel' });
  await database.query({ text: 'create table generations (id integer)' });
  await expect(migrate(database)).rejects.toThrow('already exists');
  const tables = await database.query({ text: `select from pg_tables where schemaname = 'onereel'` });
  expect(tables).toHaveLength(1);
});

test.each([
  ['140011', '14.11'],
  ['90624', '9.6.24'],
])('a server older than 15 (%s) is refused before anything is written', async (number, words) => {
  // No such server can be had here: this one only says that it is old.
  const old: Database = {
    query: async () => JSON.parse(`[{"version":"${number}"}]`),
    transaction: () => Promise.reject(new Error('something was written')),
    close: async () => {},
  };
  await expect(migrate(old)).rejects.toThrow(
    `Onereel needs PostgreSQL 15 or newer; this server is ${words}. Upgrade it`,
  );
});
