import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './postgres/database.ts';
import { type EmbeddedPostgres, launchEmbeddedPostgres } from './postgres/embedded/launch.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Absent with DATABASE_URL. */
  readonly embedded: EmbeddedPostgres | undefined;
  close(): Promise<void>;
}

/** The pool's size: 20 connections serve thousands of requests a second on the embedded server. */
const MOST_CONNECTIONS = 20;

/** Your own PostgreSQL where DATABASE_URL says so, else the one that npm brought. */
export async function openConfiguredDatabase(
  { databaseUrl, dataFolder }: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>,
): Promise<OpenedDatabase> {
  const onError = (error: Error) => log.warn({ error: error.message }, 'database.connection_lost');
  if (databaseUrl !== undefined) {
    const database = openDatabase({ url: databaseUrl }, { max: MOST_CONNECTIONS, onError });
    return { database, embedded: undefined, close: () => database.close() };
  }
  const embedded = await launchEmbeddedPostgres({ dataFolder, log: (event, fields) => log.info(fields, event) });
  const database = openDatabase(embedded.connection, { max: MOST_CONNECTIONS, onError });
  return {
    database,
    embedded,
    close: async () => {
      await database.close();
      await embedded.leave();
    },
  };
}
