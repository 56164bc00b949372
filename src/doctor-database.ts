import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSecret } from './bootstrap.ts';
import type { Finding } from './cli/findings.ts';
import type { Config } from './config.ts';
import { type Database, type DatabaseAddress, openDatabase } from './postgres/database.ts';
import { chooseRunnable } from './postgres/embedded/choose.ts';
import { EmbeddedPostgresUnavailable } from './postgres/embedded/launch.ts';
import { lookAtEmbedded } from './postgres/embedded/look.ts';
import { openInstallation, SecretMismatch } from './postgres/installation.ts';
import { SchemaRefused, schemaState } from './postgres/migrate.ts';

/** What was seen of the database, and the database itself where it could be asked. */
export interface SeenDatabase {
  readonly findings: readonly Finding[];
  /** Open only where its schema is this version's; close it. */
  readonly database: Database | undefined;
}

const NAME = 'database';
const CONNECT_SECONDS = 5;

/** Looks at the database that this configuration means. Starts no server and changes nothing. */
export async function lookAtDatabase(config: Config): Promise<SeenDatabase> {
  if (config.databaseUrl !== undefined) return lookInside({ url: config.databaseUrl }, 'DATABASE_URL', config);
  try {
    return await lookAtOurs(config);
  } catch (error) {
    if (error instanceof EmbeddedPostgresUnavailable) return failed(error.message, error.fix);
    return failed(reasonOf(error), 'The end of postgres.log in the data folder may say more.');
  }
}

async function lookAtOurs(config: Config): Promise<SeenDatabase> {
  const { dataFolder } = config;
  const found = (await stat(dataFolder).catch(() => undefined)) ? await lookAtEmbedded(dataFolder) : undefined;
  if (found?.state === 'running') return lookInside(found.connection, `embedded, process ${found.pid}`, config);
  if (found?.state === 'busy')
    return failed('the embedded PostgreSQL is starting or stopping', 'Ask again in a moment.');
  // Tried here, so that the first start does not find it out.
  if (found) await chooseRunnable({ dataFolder, cluster: join(dataFolder, 'postgres'), log: () => undefined });
  const when = found?.state === 'stopped' ? 'not running; starts with the gateway' : 'made at the first start';
  return { findings: [{ name: NAME, state: 'ok', message: `embedded PostgreSQL, ${when}` }], database: undefined };
}

/** Without `fix` where the message says it. */
const failed = (message: string, fix?: string): SeenDatabase => ({
  findings: [{ name: NAME, state: 'failed', message, ...(fix !== undefined && { fix }) }],
  database: undefined,
});

async function lookInside(address: DatabaseAddress, where: string, config: Config): Promise<SeenDatabase> {
  const database = openDatabase(address, { max: 2, connectSeconds: CONNECT_SECONDS, onError: () => undefined });
  try {
    const { applied, known } = await schemaState(database);
    const server = await serverFinding(database, where);
    const findings = [server, schemaFinding(applied, known), ...(await replicationFindings(database))];
    if (server.state === 'failed' || applied < known) {
      await database.close();
      return { findings, database: undefined };
    }
    return { findings: [...findings, await secretFinding(database, config)], database };
  } catch (error) {
    await database.close().catch(() => undefined);
    if (error instanceof SchemaRefused) return failed(error.message);
    return failed(
      `${where} does not let us in: ${reasonOf(error)}`,
      config.databaseUrl === undefined
        ? 'Ask again; when it stays so, look into postgres.log in the data folder.'
        : 'Check host, port, user, password and database in DATABASE_URL, or unset it for the embedded PostgreSQL.',
    );
  }
}

async function serverFinding(database: Database, where: string): Promise<Finding> {
  const [row] = await database.query<{ version: string; standby: boolean; may_create: boolean }>({
    text: `select current_setting('server_version') as version, pg_is_in_recovery() as standby,
      to_regnamespace('onereel') is not null or has_database_privilege(current_database(), 'CREATE') as may_create`,
  });
  const message = `PostgreSQL ${row?.version}, ${where}`;
  if (row?.standby === true)
    return {
      name: NAME,
      state: 'failed',
      message: `${message}: a read-only standby`,
      fix: 'Name the primary in DATABASE_URL.',
    };
  if (row?.may_create === false)
    return {
      name: NAME,
      state: 'failed',
      message: `${message}: the user may not make a schema`,
      fix: 'As its owner: grant create on database … to …; or make the schema onereel for that user.',
    };
  return { name: NAME, state: 'ok', message };
}

function schemaFinding(applied: number, known: number): Finding {
  if (applied === 0) return { name: 'schema', state: 'ok', message: 'empty; made at the next start' };
  if (applied < known)
    return {
      name: 'schema',
      state: 'ok',
      message: `${applied} of ${known} migrations; the next start brings the rest`,
    };
  return { name: 'schema', state: 'ok', message: `current (${known} migrations)` };
}

/** Only for a database that has replicas: a failover to one that lags loses what was accepted. */
async function replicationFindings(database: Database): Promise<readonly Finding[]> {
  const [row] = await database.query<{ replicas: bigint; synchronous: string; commit: string }>({
    text: `select (select count(*) from pg_stat_replication) as replicas,
      current_setting('synchronous_standby_names') as synchronous, current_setting('synchronous_commit') as commit`,
  });
  if (!row || (row.replicas === 0n && row.synchronous === '')) return [];
  const name = 'replication';
  const { replicas } = row;
  const shown = replicas === 1n ? '1 replica' : `${replicas} replicas`;
  if (row.synchronous === '' || !['on', 'remote_apply'].includes(row.commit))
    return [
      {
        name,
        state: 'warning',
        message: `${shown}, and commits wait for none of them`,
        fix: 'A failover can lose accepted generations: set synchronous_standby_names, and leave synchronous_commit on.',
      },
    ];
  if (replicas === 0n)
    return [
      {
        name,
        state: 'failed',
        message: `synchronous_standby_names is ${JSON.stringify(row.synchronous)}, and no replica is connected: every commit waits`,
        fix: 'Start the standby again, or empty synchronous_standby_names until it is back.',
      },
    ];
  return [{ name, state: 'ok', message: `${shown}, commits wait for a synchronous one` }];
}

async function secretFinding(database: Database, config: Config): Promise<Finding> {
  const name = 'secret';
  const origin = config.secret === undefined ? join(config.dataFolder, 'secret') : 'ONEREEL_SECRET';
  const [row] = await database.query<{ there: boolean }>({ text: 'select exists (select from installation) as there' });
  if (row?.there !== true) return { name, state: 'ok', message: 'settled at the next start' };
  const secret = await readSecret(config);
  const fix = 'Set ONEREEL_SECRET to the one that this database was set up with, or restore that file.';
  if (secret === undefined) return { name, state: 'failed', message: `${origin} is missing`, fix };
  try {
    await openInstallation(database, secret); // there already, so that nothing is written
    return { name, state: 'ok', message: `fits this database (${origin})` };
  } catch (error) {
    if (error instanceof SecretMismatch)
      return { name, state: 'failed', message: `${origin} is not the secret of this database`, fix };
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return error.message || code || error.name;
}
