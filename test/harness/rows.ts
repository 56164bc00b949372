import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { connectionOf, type DatabaseAddress, openDatabase } from '../../src/postgres/database.ts';
import { verifyLedger } from '../../src/postgres/verify/verify-ledger.ts';
import { databaseFor } from './database.ts';

/** Runs one statement in the database of a data folder, whichever server has it. */
// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function rows(dataFolder: string, text: string, values: readonly unknown[] = []): Promise<any[]> {
  const client = new pg.Client(connectionOf(await addressOf(dataFolder), '-c search_path=onereel'));
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function addressOf(dataFolder: string): Promise<DatabaseAddress> {
  const { DATABASE_URL } = await databaseFor(dataFolder);
  if (DATABASE_URL !== undefined) return { url: DATABASE_URL };
  const { socketFolder, port } = JSON.parse(await readFile(join(dataFolder, 'postgres.json'), 'utf8'));
  const password = await readFile(join(dataFolder, 'postgres', 'onereel-password'), 'utf8');
  return { host: socketFolder, port, user: 'onereel', password, database: 'onereel' };
}

/** Moves the one clock on. */
export const advanceClock = (dataFolder: string, seconds: number): Promise<unknown> =>
  rows(dataFolder, 'update clock set origin = origin + make_interval(secs => $1)', [seconds]);

/** Everything that is wrong with the books once no generation is open; empty when they are clean. */
export async function bookTroubles(dataFolder: string): Promise<string[]> {
  const database = openDatabase(await addressOf(dataFolder), { max: 2, onError: () => {} });
  try {
    const { drifts } = await verifyLedger(database);
    const left = await database.query<{ trouble: string }>({
      text: `select 'money is still held' as trouble from accounts where kind = 'held' and balance_micros <> 0
        union all select 'a slot is left' from slots union all select 'a due row is left' from due
        union all select 'a waiting row is left' from queue`,
    });
    return [...drifts.map((drift) => JSON.stringify(drift)), ...left.map(({ trouble }) => trouble)];
  } finally {
    await database.close();
  }
}
