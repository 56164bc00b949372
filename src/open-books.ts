import { stat } from 'node:fs/promises';
import { CliError, EXIT } from './cli/cli-error.ts';
import type { Books } from './cli/ledger.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { type OpenedDatabase, openConfiguredDatabase } from './open-database.ts';
import { EmbeddedPostgresUnavailable } from './postgres/embedded/launch.ts';
import { lookAtEmbedded } from './postgres/embedded/look.ts';
import { SchemaRefused, schemaState } from './postgres/migrate.ts';
import { verifyLedger } from './postgres/verify/verify-ledger.ts';
import { reconcile } from './reconcile.ts';

const refused = (message: string): CliError => new CliError(EXIT.refused, message, { code: 'database' });
const QUIET = { info: () => undefined, warn: () => undefined };

/** The database that this configuration means, used for as long as `work` takes. Throws CliError. */
async function withDatabase<T>(config: Config, work: (opened: OpenedDatabase) => Promise<T>): Promise<T> {
  if (config.databaseUrl === undefined) await refuseUnmade(config);
  const opened = await openConfiguredDatabase(config, { log: QUIET, onWait: () => undefined }).catch(
    (error: unknown) => {
      throw error instanceof EmbeddedPostgresUnavailable ? refused(`${error.message} ${error.fix}`) : error;
    },
  );
  try {
    await refuseOldSchema(opened);
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Reading the books makes none. */
async function refuseUnmade({ dataFolder }: Config): Promise<void> {
  const there = await stat(dataFolder).catch(() => undefined);
  const state = there && (await lookAtEmbedded(dataFolder)).state;
  if (state === undefined || state === 'unmade')
    throw refused(`There is no database in ${dataFolder}. ONEREEL_DATA or DATABASE_URL says where it is.`);
}

async function refuseOldSchema({ database }: OpenedDatabase): Promise<void> {
  try {
    const { applied, known } = await schemaState(database);
    if (applied < known)
      throw refused(
        `The database has had ${applied} of ${known} migrations: start this version of Onereel once, then ask again.`,
      );
  } catch (error) {
    throw error instanceof SchemaRefused ? refused(error.message) : error;
  }
}

async function configOf(env: NodeJS.ProcessEnv, folder: string): Promise<Config> {
  try {
    return await readConfig(env, folder);
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(EXIT.refused, error.message, { code: 'settings' }) : error;
  }
}

/** The books of the configured database, with or without a gateway at work on it. */
export async function openBooks(env: NodeJS.ProcessEnv, folder: string): Promise<Books> {
  const config = await configOf(env, folder);
  return {
    verify: () => withDatabase(config, ({ database }) => verifyLedger(database)),
    reconcile: (wish) => withDatabase(config, ({ database }) => reconcile(config, database, wish)),
  };
}
