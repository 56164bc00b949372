import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.ts';
import { type Database, type DatabaseAddress, openDatabase } from './postgres/database.ts';
import { type EmbeddedPostgres, launchEmbeddedPostgres } from './postgres/embedded/launch.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** For connections of one's own beside the pool. */
  readonly address: DatabaseAddress;
  /** Absent with DATABASE_URL. */
  readonly embedded: EmbeddedPostgres | undefined;
  close(): Promise<void>;
}

/** The pool's size: 20 connections serve thousands of requests a second on the embedded server. */
const MOST_CONNECTIONS = 20;

/** Your own PostgreSQL where DATABASE_URL says so, else the one that npm brought; `onWait` as `launchEmbeddedPostgres` says. */
export async function openConfiguredDatabase(
  { databaseUrl, dataFolder }: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  { log, onWait }: { readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>; readonly onWait: () => void },
): Promise<OpenedDatabase> {
  const onError = (error: Error) => log.warn({ error: error.message }, 'database.connection_lost');
  if (databaseUrl !== undefined) {
    const address = { url: databaseUrl };
    const database = openDatabase(address, { max: MOST_CONNECTIONS, onError });
    return { database, address, embedded: undefined, close: () => database.close() };
  }
  const embedded = await launchEmbeddedPostgres({
    dataFolder,
    log: (event, fields) => log.info(fields, event),
    onWait,
  });
  const database = openDatabase(embedded.connection, { max: MOST_CONNECTIONS, onError });
  return {
    database,
    address: embedded.connection,
    embedded,
    close: async () => {
      await database.close();
      await embedded.leave();
    },
  };
}
