import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Database, type DatabaseAddress, openDatabase } from '../../src/postgres/database.ts';
import { launchEmbeddedPostgres } from '../../src/postgres/embedded/launch.ts';
import { migrate } from '../../src/postgres/migrate.ts';

export const SECRET = 'only for benchmarks, as it is no secret';
const PROJECTS = 100;

export interface Setting {
  readonly database: Database;
  readonly address: DatabaseAddress;
  /** One of each project. */
  readonly keys: readonly string[];
  close(): Promise<void>;
}

/** PostgreSQL as npm ships it, with the schema, a sandbox channel, and a hundred projects with a key and this much each. */
export async function openSetting(dataFolder: string, micros: number | null): Promise<Setting> {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const address = server.connection;
  const database = openDatabase(address, { max: 4, onError: () => {} });
  await migrate(database);
  await database.query({ text: 'create table bench_creates (id bigint primary key, request jsonb not null)' });
  await database.query({
    text: `insert into channels (name, provider, livemode, concurrency) values ('sandbox-vidu', 'vidu', false, 10)`,
  });
  const keys = Array.from({ length: PROJECTS }, (_, index) => `sk-test-of-the-benchmark-${index}`);
  await database.query({
    text: `with p as (insert into projects (name) select 'bench ' || n from generate_series(0, $1 - 1) n returning id, name)
      insert into api_keys (project_id, kind, hash, name)
      select p.id, 'test', h.hash, p.name from p join unnest($2::bytea[]) with ordinality as h (hash, n) on p.name = 'bench ' || (h.n - 1)`,
    values: [PROJECTS, keys.map((key) => createHash('sha256').update(key).digest())],
  });
  await database.transaction(async (tx) => {
    await tx.query({
      text: `update accounts set floor_micros = 0, balance_micros = $1 where kind = 'available' and $1::bigint is not null`,
      values: [micros],
    });
    await tx.query({
      text: `update accounts set balance_micros = - $1::bigint where kind = 'grants' and $1::bigint is not null`,
      values: [micros],
    });
    await tx.query({
      text: `with t as (
          insert into ledger_transactions (kind, cause) select 'grant', 'benchmark' from accounts
          where kind = 'available' and balance_micros <> 0 returning id
        ), pairs as (
          select row_number() over () as n, id from t
        ), books as (
          select row_number() over (order by a.id) as n, a.id as available, g.id as grants from accounts a
          join accounts g on g.project_id = a.project_id and g.livemode = a.livemode and g.kind = 'grants'
          where a.kind = 'available' and a.balance_micros <> 0
        )
        insert into ledger_entries (transaction_id, account_id, amount_micros)
        select p.id, e.account, e.amount from pairs p join books b using (n)
        cross join lateral (values (b.available, $1::bigint), (b.grants, - $1::bigint)) as e (account, amount)`,
      values: [micros],
    });
  });
  return {
    database,
    address,
    keys,
    close: async () => {
      await database.close();
      await server.leave();
    },
  };
}

export interface BenchServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** One process of the API. */
export async function startServer(store: 'admission' | 'bare', address: DatabaseAddress): Promise<BenchServer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), store, JSON.stringify(address)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    url: String(line).trim(),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
