import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Queryable } from './database.ts';

const FOLDER = join(import.meta.dirname, 'migrations');
/** Any fixed number: all processes that migrate take this lock. */
const LOCK = 6_873_351_001;
const OLDEST_SERVER = 150_000;

/** The database cannot be used by this version; the message says what to do. */
export class SchemaRefused extends Error {}

interface Migration {
  readonly number: number;
  readonly text: string;
  readonly sha256: string;
}

/**
 * Brings the schema up to this version. Safe when several processes start at once: the second waits and finds it done.
 * Refuses a schema that is newer, or one whose migrations were changed after they ran.
 */
export async function migrate(database: Database): Promise<{ readonly applied: readonly number[] }> {
  await refuseOldServer(database);
  const known = await readMigrations();
  const work = async (tx: Queryable) => {
    await tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [LOCK] });
    await tx.query({ text: 'create schema if not exists onereel' });
    await tx.query({
      text: 'create table if not exists migrations (number integer primary key, sha256 text not null, applied_at timestamptz not null default clock_timestamp())',
    });
    const applied = await tx.query<{ number: number; sha256: string }>({
      text: 'select number, sha256 from migrations order by number',
    });
    refuseForeign(applied, known);
    const missing = known.filter(({ number }) => !applied.some((row) => row.number === number));
    for (const migration of missing) await apply(tx, migration);
    return { applied: missing.map(({ number }) => number) };
  };
  // A large table takes as long as it takes, and whoever waits for another's migration too.
  return database.transaction(work, { endless: true });
}

/**
 * How many migrations a database has had, of those that this version carries; changes nothing. Throws SchemaRefused for
 * what `migrate` refuses.
 */
export async function schemaState(database: Queryable): Promise<{ readonly applied: number; readonly known: number }> {
  await refuseOldServer(database);
  const known = await readMigrations();
  const [table] = await database.query<{ there: boolean }>({
    text: `select to_regclass('onereel.migrations') is not null as there`,
  });
  if (table?.there !== true) return { applied: 0, known: known.length };
  const applied = await database.query<{ number: number; sha256: string }>({
    text: 'select number, sha256 from onereel.migrations order by number',
  });
  refuseForeign(applied, known);
  return { applied: applied.length, known: known.length };
}

async function refuseOldServer(database: Queryable): Promise<void> {
  const [row] = await database.query<{ version: string }>({
    text: `select current_setting('server_version_num') as version`,
  });
  if (Number(row?.version) < OLDEST_SERVER) {
    throw new SchemaRefused(
      `Onereel needs PostgreSQL 15 or newer; this server is ${versionInWords(Number(row?.version))}. Upgrade it, or unset DATABASE_URL to use the embedded one.`,
    );
  }
}

/** 140011 is 14.11; before 10 it was 90624 for 9.6.24. */
function versionInWords(number: number): string {
  const [major, minor] = [Math.floor(number / 10_000), number % 10_000];
  return major >= 10 ? `${major}.${minor}` : `${major}.${Math.floor(minor / 100)}.${minor % 100}`;
}

function refuseForeign(applied: readonly { number: number; sha256: string }[], known: readonly Migration[]): void {
  for (const row of applied) {
    const mine = known.find(({ number }) => number === row.number);
    if (!mine) {
      throw new SchemaRefused(
        `The database has migration ${row.number}, which this version of Onereel does not know: a newer version has used it. Start that version or a newer one.`,
      );
    }
    if (mine.sha256 !== row.sha256) {
      throw new SchemaRefused(
        `Migration ${row.number} in the database is not the one this version carries. Migrations never change; use an unmodified release.`,
      );
    }
  }
}

async function apply(tx: Queryable, { number, text, sha256 }: Migration): Promise<void> {
  await tx.query({ text });
  await tx.query({ text: 'insert into migrations (number, sha256) values ($1, $2)', values: [number, sha256] });
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(FOLDER, name), 'utf8');
      return { number: Number(name.slice(0, 4)), text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
