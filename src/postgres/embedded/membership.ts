import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { hasCode } from './process.ts';

/** Two-number advisory locks are a space of their own, and the maintenance database keeps them from everyone else's. */
const lockKeys = [0x6f6e65, 0x7265656c] as const;
const answerMilliseconds = 2_000;

/** How to reach the server; shaped as options of a `pg` Pool or Client. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * This gateway's part in deciding who stops the server: a session that holds a shared advisory lock. It ends with the
 * process, however that ends. The socket does not keep the process alive.
 */
export interface Membership {
  /** Whether the session has ended, with the server or without. */
  readonly isLost: boolean;
  /** Whether the session still answers. */
  isAlive(): Promise<boolean>;
  /**
   * Gives the shared lock up and tries for the exclusive one: true for the last to leave, who now stops the server
   * while newcomers are turned away. Call `close` after it.
   */
  leaveAsLast(): Promise<boolean>;
  close(): Promise<void>;
}

/** Why a server could not be joined now. `waiting`: it is starting or recovering; `closing`: it is being stopped. */
export type Joined = { readonly membership: Membership } | { readonly not: 'waiting' | 'closing' | 'unreachable' };

/** Joins the server's gateways and makes sure that the database exists. Throws what waiting cannot mend. */
export async function join(connection: Connection): Promise<Joined> {
  const socket = new Socket();
  const client = new Client({
    ...connection,
    database: 'postgres',
    application_name: 'onereel membership',
    connectionTimeoutMillis: 5_000,
    stream: () => socket,
  });
  const state = { lost: false };
  client.on('error', () => {
    state.lost = true;
  });
  client.on('end', () => {
    state.lost = true;
  });
  try {
    await client.connect();
    const { rows } = await client.query('select pg_try_advisory_lock_shared($1, $2) as held', [...lockKeys]);
    if (rows[0]?.held !== true) {
      await client.end();
      return { not: 'closing' };
    }
    await ensureDatabase(client, connection.database);
    socket.unref();
    return { membership: membershipOf(client, state) };
  } catch (error) {
    await client.end().catch(() => undefined);
    return { not: reasonToWait(error) };
  }
}

function reasonToWait(error: unknown): 'waiting' | 'closing' | 'unreachable' {
  // cannot_connect_now: starting up, recovering or shutting down. 57P01: it ended the session, being stopped.
  if (hasCode(error, '57P03') && error instanceof Error) {
    return error.message.includes('shutting down') ? 'closing' : 'waiting';
  }
  if (hasCode(error, '57P01')) return 'closing';
  if (hasCode(error, 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P02')) return 'unreachable';
  if (error instanceof Error && /terminated|timeout/.test(error.message)) return 'unreachable';
  throw error;
}

/** A gateway killed between starting the server and this leaves it to the next; two may try at once. */
async function ensureDatabase(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  if (rowCount !== 0) return;
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // duplicate_database, unique_violation, and object_in_use for the template while another makes it.
    if (!hasCode(error, '42P04', '23505', '55006')) throw error;
    await sleep(50);
    await ensureDatabase(client, name);
  }
}

function membershipOf(client: Client, state: { lost: boolean }): Membership {
  return {
    get isLost() {
      return state.lost;
    },
    async isAlive() {
      return !state.lost && (await answers(client.query('select 1')));
    },
    async leaveAsLast() {
      if (state.lost) return false;
      const outcome = { last: false };
      const trade = async () => {
        await client.query('select pg_advisory_unlock_shared($1, $2)', [...lockKeys]);
        const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as last', [...lockKeys]);
        outcome.last = rows[0]?.last === true;
      };
      return (await answers(trade())) && outcome.last;
    },
    async close() {
      if (!state.lost) await answers(client.end());
    },
  };
}

function answers(work: Promise<unknown>): Promise<boolean> {
  return succeedsWithin(work, answerMilliseconds);
}

/** Whether something succeeded in time. A server that does not answer must not keep us from leaving. */
export async function succeedsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const done = work.then(
    () => true,
    () => false,
  );
  const timer = new AbortController();
  const late = sleep(milliseconds, false, { signal: timer.signal }).catch(() => false);
  return Promise.race([done, late]).finally(() => timer.abort());
}
