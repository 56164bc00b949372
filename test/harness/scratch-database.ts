import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type Database, type DatabaseAddress, openDatabase } from '../../src/postgres/database.ts';
import { launchEmbeddedPostgres } from '../../src/postgres/embedded/launch.ts';
import { migrate } from '../../src/postgres/migrate.ts';

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

/** One server for a test file, started by its first scratch database. */
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
    stop: async (names) => {
      for (const name of names) await administer(addressOf('postgres'), `drop database if exists ${name} with (force)`);
    },
  };
}

async function embeddedServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-scratch-'));
  const embedded = await launchEmbeddedPostgres({ dataFolder: join(folder, 'data') });
  const addressOf = (database: string): DatabaseAddress => ({ ...embedded.connection, database });
  // Nothing here outlives the file, and a disk that is waited for costs most of its time.
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await administer(addressOf('postgres'), `alter system set ${setting} = off`);
  await administer(addressOf('postgres'), 'select pg_reload_conf()');
  return {
    addressOf,
    stop: async () => {
      await embedded.leave();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function administer(address: DatabaseAddress, statement: string): Promise<void> {
  const client = new pg.Client('url' in address ? { connectionString: address.url } : address);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
