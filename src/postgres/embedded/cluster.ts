import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chown, lchown, lstat, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresUnavailable } from './platform.ts';
import { type ClusterMark, clusterProcesses, hasCode, signalProcess } from './process.ts';
import { type RunAs, type Runnable, serverCommand } from './run-as.ts';

/** The role that owns everything in the cluster, and the name of the database made in it. */
export const ownerRole = 'onereel';
const major = '18';
const passwordFile = 'onereel-password';

/** Client authentication: the owner over the socket with its password, nobody else, never `trust`. */
const hostBasedAuthentication = 'local all all scram-sha-256\n';

/** For one person's machine: modest memory, every commit on disk, a log that holds no one's data. */
const settings = `# Written by Onereel at every start. Own settings: ALTER SYSTEM.
shared_buffers = 128MB
max_connections = 100
fsync = on
synchronous_commit = on
full_page_writes = on
autovacuum = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
idle_in_transaction_session_timeout = 30s
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
`;

/** What the postmaster says about itself in postmaster.pid. */
export interface PostmasterFile {
  readonly pid: number;
  readonly socketFolder: string | undefined;
  /** "starting", "ready", "stopping", "standby"; empty while it is being written. */
  readonly status: string;
}

/** Whether the cluster has been made; throws when another major version of PostgreSQL made it. */
export async function clusterExists(folder: string): Promise<boolean> {
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw refusedAccess(folder, error);
  });
  if (version === undefined) return false;
  if (version.trim() === major) return true;
  throw new EmbeddedPostgresUnavailable(
    `The database in ${folder} was made by PostgreSQL ${version.trim()}, and this is ${major}`,
    'Use the Onereel version that made it to export it, or set ONEREEL_DATA to another folder.',
  );
}

/**
 * Makes the cluster. It is built beside its place and renamed, password included, so that a kill in the middle
 * leaves nothing that looks like one. The caller holds the launch lock.
 */
export async function createCluster(
  runnable: Runnable,
  { cluster: folder, onWait }: { readonly cluster: string; readonly onWait: () => void },
): Promise<void> {
  const aside = await mkdtemp(`${folder}.new-`);
  const { uid, gid } = runnable.runAs;
  await chown(aside, uid, gid);
  const password = randomBytes(24).toString('base64url');
  await initialize(runnable, { folder: aside, password, onWait });
  await writeOwned(join(aside, passwordFile), password, runnable.runAs);
  await appendFile(join(aside, 'postgresql.conf'), `\ninclude_if_exists = 'onereel.conf'\n`);
  await rename(aside, folder);
  await syncFolder(join(folder, '..'));
}

/** A rename that a power cut could undo would take every later commit with it. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

/**
 * Removes what killed launchers left half made. Their initdb may still be at work in it, and fails when its server is
 * ended. The caller holds the launch lock.
 */
export async function removeUnfinished({ folder, name, uids }: ClusterMark): Promise<void> {
  const parent = join(folder, '..');
  for (const entry of await readdir(parent)) {
    if (!/^postgres\.(new|probe)-/.test(entry)) continue;
    const unfinished = join(parent, entry);
    for (const pid of await clusterProcesses({ folder: unfinished, name, uids })) signalProcess(pid, 'SIGKILL');
    // What cannot be removed now is in nobody's way, and is tried again at the next start.
    await rm(unfinished, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

interface Initialization {
  readonly folder: string;
  readonly password: string;
  readonly onWait: () => void;
}

async function initialize(runnable: Runnable, { folder, password, onWait }: Initialization): Promise<void> {
  const secret = await passedSecret(`${folder}.password`, password, runnable.runAs);
  try {
    // "builtin" makes sorting and case the same on every system. The password comes as an open file: its path may not be reachable.
    const args = ['-U', ownerRole, '--pwfile=/dev/fd/3', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions');
    const command = serverCommand(runnable, { name: 'initdb', folder, args });
    const child = spawn(command.file, command.args, {
      ...command.options,
      stdio: ['ignore', 'ignore', 'pipe', secret.fd],
    });
    onWait();
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      complaint = (complaint + text).slice(-2_000);
    });
    const [code, signal] = await once(child, 'close');
    if (code !== 0) throw new Error(`initdb failed (${code ?? signal}): ${complaint.trim()}`);
  } finally {
    await secret.close();
  }
}

/** A file that has no name any more, readable by the server's user. */
async function passedSecret(path: string, content: string, owner: RunAs) {
  await writeOwned(path, content, owner);
  const handle = await open(path, 'r');
  await rm(path);
  return handle;
}

/** Writes our settings and gives the cluster to the user that the server will run as. */
export async function prepareCluster(runAs: RunAs, folder: string): Promise<void> {
  await giveCluster(runAs, folder);
  await writeOwned(join(folder, 'onereel.conf'), settings, runAs);
  await writeOwned(join(folder, 'pg_hba.conf'), hostBasedAuthentication, runAs);
}

async function giveCluster({ uid, gid }: RunAs, folder: string): Promise<void> {
  if (process.getuid?.() !== 0 || (await lstat(folder)).uid === uid) return;
  // The folder itself last: an interrupted change is then repeated.
  for (const entry of [...(await readdir(folder, { recursive: true })), '.'])
    await lchown(join(folder, entry), uid, gid);
}

/** The generated password of `ownerRole`; only the cluster's owner and root can read it. */
export async function readPassword(folder: string): Promise<string> {
  return readFile(join(folder, passwordFile), 'utf8').catch((error: unknown) => {
    throw refusedAccess(folder, error);
  });
}

export async function readPostmasterFile(folder: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw refusedAccess(folder, error);
  });
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const socketFolder = lines[4] === undefined || lines[4] === '' ? undefined : lines[4];
  return { pid, socketFolder, status: lines[7]?.trim() ?? '' };
}

/**
 * Makes a dead server's postmaster.pid harmless: PostgreSQL would take a zombie, or another program that has the pid
 * now, for a running server. The file stays, with a pid that cannot exist, because its other lines let PostgreSQL
 * itself check that no process still uses the old shared memory.
 */
export async function disownPostmasterFile(runAs: RunAs, folder: string): Promise<void> {
  const path = join(folder, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) await writeOwned(path, text.replace(/^.*/, String(2 ** 31 - 2)), runAs);
}

/** Replaces a file in a folder that another user may own: never through a link that was put in its place. */
async function writeOwned(path: string, content: string, { uid, gid }: RunAs): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    if (process.getuid?.() === 0) await handle.chown(uid, gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, path);
}

function refusedAccess(folder: string, error: unknown): unknown {
  if (!hasCode(error, 'EACCES', 'EPERM')) return error;
  return new EmbeddedPostgresUnavailable(
    `The database in ${folder} belongs to another user`,
    'Start Onereel as that user, or set ONEREEL_DATA to a folder of your own.',
  );
}
