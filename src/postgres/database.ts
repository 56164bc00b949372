import pg from 'pg';
import { DatabaseAway } from '../application/database-away.ts';

/** How to reach PostgreSQL: a URL of your own server, or the socket of the embedded one. */
export type DatabaseAddress =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

type Row = Record<string, unknown>;

/** Anything a statement can run on: the pool, or a client inside a transaction. Throws DatabaseAway, or PostgreSQL's error. */
export interface Queryable {
  query<R extends Row>(statement: { name?: string; text: string; values?: readonly unknown[] }): Promise<readonly R[]>;
}

export interface Database extends Queryable {
  /**
   * One transaction; all of it is repeated when PostgreSQL says that a repeat is safe (deadlock, serialization). The
   * statements of an `endless` one may take any time.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: { readonly endless?: boolean }): Promise<T>;
  close(): Promise<void>;
}

/** 64-bit integers come as bigint: ids are above 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));

const REPEATABLE = new Set(['40001', '40P01']);
const MOST_TRIES = 4;

/** The driver's words for an address. Of one setting given twice in `options` PostgreSQL takes the later one. */
export function connectionOf(address: DatabaseAddress, options = ''): pg.ClientConfig {
  if (!('url' in address)) return { ...address, options };
  const url = new URL(address.url);
  const given = url.searchParams.get('options') ?? '';
  // The driver would take the URL's own instead of ours, and would have these apply to what may take any time.
  for (const name of ['options', 'statement_timeout', 'query_timeout']) url.searchParams.delete(name);
  return { connectionString: url.href, options: `${given} ${options}`.trim() };
}

export interface DatabaseOptions {
  readonly max: number;
  readonly connectSeconds?: number;
  readonly statementSeconds?: number;
  /** How much longer than a statement may take its answer is waited for. */
  readonly silenceSeconds?: number;
  readonly onError: (error: Error) => void;
}

/** No statement of ours takes a tenth of it; a server that takes longer is given up, so that nobody hangs on it for ever. */
const STATEMENT_SECONDS = 60;
/** The server speaks first, if it still can. */
const SILENCE_SECONDS = 5;
/** The longest that a timer of Node can be. */
const ENDLESS_MILLISECONDS = 2 ** 31 - 1;

/**
 * Opens a pool. `max` connections at most; a statement waits at most `connectSeconds` for one, and may then take
 * `statementSeconds`.
 */
export function openDatabase(address: DatabaseAddress, options: DatabaseOptions): Database {
  const statementMilliseconds = (options.statementSeconds ?? STATEMENT_SECONDS) * 1000;
  const pool = new pg.Pool({
    ...connectionOf(
      address,
      `-c search_path=onereel -c idle_in_transaction_session_timeout=30000 -c statement_timeout=${statementMilliseconds}`,
    ),
    max: options.max,
    keepAlive: true,
    connectionTimeoutMillis: (options.connectSeconds ?? 10) * 1000,
    query_timeout: statementMilliseconds + (options.silenceSeconds ?? SILENCE_SECONDS) * 1000,
    types,
    application_name: 'onereel',
  });
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', options.onError);
  return {
    query: (statement) => run(pool, statement),
    transaction: (work, { endless = false } = {}) => transaction(pool, work, { endless }),
    close: () => pool.end(),
  };
}

async function run<R extends Row>(
  on: pg.Pool | pg.PoolClient,
  { name, text, values }: { name?: string; text: string; values?: readonly unknown[] },
  silence: { readonly query_timeout?: number } = {},
): Promise<readonly R[]> {
  const result = await on
    .query<R>({ text, ...(name !== undefined && { name }), values: [...(values ?? [])], ...silence })
    .catch(throwAway);
  return result.rows;
}

/** Admin or crash shutdown, starting up, too many connections; class 08 is about connections too. */
const AWAY = /^(?:57P0[123]|53300|08...)$/;
/** The driver's own words where it gives no code. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable|after calling end/i;

function throwAway(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const code = 'code' in error ? String(error.code) : '';
  const isAway =
    error instanceof pg.DatabaseError ? AWAY.test(code) : /^E[A-Z_]+$/.test(code) || LOST.test(error.message);
  throw isAway ? new DatabaseAway(error.message || code, { cause: error }) : error;
}

async function transaction<T>(
  pool: pg.Pool,
  work: (tx: Queryable) => Promise<T>,
  { endless }: { readonly endless: boolean },
): Promise<T> {
  const silence = endless ? { query_timeout: ENDLESS_MILLISECONDS } : {};
  for (let tries = 1; ; tries += 1) {
    const client = await pool.connect().catch(throwAway);
    let broken: Error | undefined;
    // A connection that is lost between two statements says so by an event; unheard it would end the process.
    const onLost = (error: Error): void => {
      broken = error;
    };
    client.on('error', onLost);
    try {
      await run(client, { text: 'begin' });
      if (endless) await run(client, { text: 'set local statement_timeout = 0' });
      const result = await work({ query: (statement) => run(client, statement, silence) });
      await run(client, { text: 'commit' });
      return result;
    } catch (error) {
      // On a connection that does not answer a rollback would wait once more.
      if (error instanceof DatabaseAway) broken = error;
      else
        await client.query('rollback').catch((failure: Error) => {
          broken = failure;
        });
      if (tries >= MOST_TRIES || !REPEATABLE.has(sqlState(error) ?? '')) throw error;
    } finally {
      client.off('error', onLost);
      client.release(broken);
    }
  }
}

/** The five characters PostgreSQL gives an error, such as 23505; undefined when the error is not the server's. */
const sqlState = (error: unknown): string | undefined => (error instanceof pg.DatabaseError ? error.code : undefined);
