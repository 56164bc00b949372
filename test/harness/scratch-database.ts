import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type Database, type DatabaseAddress, openDatabase } from '../../src/postgres/database.ts';
import { launchEmbeddedPostgres } from '../../src/postgres/embedded/launch.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { SCRATCH_FOLDER } from './scratch-folder.ts';

/** A database of a test's own. */
export interface ScratchDatabase {
  readonly database: Database;
  readonly address: DatabaseAddress;
  /** Another pool on it, as another process would have; closed with the rest. */
  open(max?: number): Database;
  /** Ends every connection and lets no new one in, as a server that is gone; or lets them in again. */
  setReachable(reachable: boolean): Promise<void>;
}

interface Server {
  readonly addressOf: (name: string) => DatabaseAddress;
  readonly stop: (made: readonly string[]) => Promise<void>;
}

/** Joined by the file's first scratch database. */
let server: Promise<Server> | undefined;
const pools: Database[] = [];
const made: string[] = [];

/** An empty database: on DATABASE_URL's server, else on an embedded one. Gone after the file's tests. */
export async function emptyDatabase({ max = 10 } = {}): Promise<ScratchDatabase> {
  server ??= process.env['DATABASE_URL'] ? configuredServer(process.env['DATABASE_URL']) : embeddedServer();
  const { addressOf } = await server;
  const name = `onereel_scratch_${randomBytes(8).toString('hex')}`;
  await administer(addressOf('postgres'), `create database ${name}`);
  made.push(name);
  const address = addressOf(name);
  const open = (most = max): Database => {
    const database = openDatabase(address, { max: most, onError: () => {} });
    pools.push(database);
    return database;
  };
  const setReachable = async (reachable: boolean): Promise<void> => {
    await administer(addressOf('postgres'), `alter database ${name} with allow_connections ${reachable}`);
    if (reachable) return;
    await administer(
      addressOf('postgres'),
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`,
    );
  };
  return { database: open(), address, open, setReachable };
}

/** A database with the schema in it. */
export async function scratchDatabase(options: { readonly max?: number } = {}): Promise<ScratchDatabase> {
  const scratch = await emptyDatabase(options);
  await migrate(scratch.database);
  return scratch;
}

/** The one that the tests of a file take turns with. */
let shared: Promise<ScratchDatabase> | undefined;

/** As a new scratch database, and much sooner there: the file's own, emptied. Its clock is that of the machine again. */
export async function freshDatabase(): Promise<ScratchDatabase> {
  shared ??= scratchDatabase({ max: 20 });
  const scratch = await shared;
  await scratch.database.query({ text: EMPTY });
  return scratch;
}

const EMPTY = `do $$ begin
  execute (
    select 'truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' restart identity cascade'
    from pg_tables where schemaname in ('onereel', 'sandbox') and tablename not in ('migrations', 'clock')
  );
  update clock set base = '2000-01-01Z', origin = '2000-01-01Z', rate = 1;
end $$`;

afterAll(async () => {
  if (server === undefined) return;
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  await (await server).stop(made.splice(0));
  server = undefined;
});

async function configuredServer(url: string): Promise<Server> {
  const addressOf = (name: string): DatabaseAddress => {
    const own = new URL(url);
    own.pathname = `/${name}`;
    return { url: own.href };
  };
  return {
    addressOf,
    stop: (names) => dropAll(addressOf('postgres'), names),
  };
}

/** The run's one cluster: made by the first file that wants it, started again by the next. */
async function embeddedServer(): Promise<Server> {
  const folder = process.env[SCRATCH_FOLDER];
  if (folder === undefined) throw new Error('run this with vitest.config.ts, whose global set-up says where to');
  const embedded = await launchEmbeddedPostgres({ dataFolder: folder });
  const addressOf = (database: string): DatabaseAddress => ({ ...embedded.connection, database });
  // Nothing here outlives the run, and a disk that is waited for costs most of its time.
  await administer(
    addressOf('postgres'),
    ...['fsync', 'full_page_writes', 'synchronous_commit'].map((setting) => `alter system set ${setting} = off`),
    'select pg_reload_conf()',
  );
  return {
    addressOf,
    stop: async (names) => {
      await dropAll(addressOf('postgres'), names);
      await embedded.leave();
    },
  };
}

const dropAll = (address: DatabaseAddress, names: readonly string[]): Promise<void> =>
  administer(address, ...names.map((name) => `drop database if exists ${name} with (force)`));

async function administer(address: DatabaseAddress, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client('url' in address ? { connectionString: address.url } : address);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
