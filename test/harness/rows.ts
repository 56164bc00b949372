import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { databaseFor } from './database.ts';

/** Runs one statement in the database of a data folder, whichever server has it. */
// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function rows(dataFolder: string, text: string, values: readonly unknown[] = []): Promise<any[]> {
  const client = new pg.Client({ ...(await addressOf(dataFolder)), options: '-c search_path=onereel' });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function addressOf(dataFolder: string): Promise<pg.ClientConfig> {
  const { DATABASE_URL } = await databaseFor(dataFolder);
  if (DATABASE_URL !== undefined) return { connectionString: DATABASE_URL };
  const { socketFolder, port } = JSON.parse(await readFile(join(dataFolder, 'postgres.json'), 'utf8'));
  const password = await readFile(join(dataFolder, 'postgres', 'onereel-password'), 'utf8');
  return { host: socketFolder, port, user: 'onereel', password, database: 'onereel' };
}

/** Moves the one clock on. */
export const advanceClock = (dataFolder: string, seconds: number): Promise<unknown> =>
  rows(dataFolder, 'update clock set origin = origin + make_interval(secs => $1)', [seconds]);

/** Everything that is wrong with the books once no generation is open; empty when they are clean. */
export async function bookTroubles(dataFolder: string): Promise<string[]> {
  const found = await rows(
    dataFolder,
    `select 'account ' || kind || ' differs from its entries' as trouble from accounts a
      where balance_micros <> (select coalesce(sum(amount_micros), 0) from ledger_entries e where e.account_id = a.id)
    union all select 'money is still held' from accounts where kind = 'held' and balance_micros <> 0
    union all select 'transaction ' || transaction_id || ' does not balance' from ledger_entries
      group by transaction_id having sum(amount_micros) <> 0
    union all select 'generation ' || g.id || ' has ' || count(t.id) || ' closes' from generations g
      left join ledger_transactions t on t.generation_id = g.id and t.kind in ('settle', 'release')
      group by g.id having count(t.id) <> 1
    union all select 'generation ' || g.id || ' was not held once' from generations g
      where 1 <> (select count(*) from ledger_transactions t where t.generation_id = g.id and t.kind = 'hold')
    union all select 'completed generation ' || g.id || ' was not settled' from generations g
      where (g.state = 'completed') <> exists (select from ledger_transactions t where t.generation_id = g.id and t.kind = 'settle')
    union all select 'a slot is left' from slots union all select 'a due row is left' from due
    union all select 'a waiting row is left' from queue`,
  );
  return found.map(({ trouble }) => trouble);
}
