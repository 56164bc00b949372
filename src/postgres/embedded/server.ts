import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { disownPostmasterFile, readPostmasterFile } from './cluster.ts';
import { type ClusterMark, clusterProcesses, hasCode, processIdentity, signalProcess } from './process.ts';
import { type Runnable, serverCommand } from './run-as.ts';
import { socketPort } from './socket-folder.ts';

/** A server's log is set aside at a start once it is larger than this; one earlier log is kept. */
const logLimitBytes = 10 * 1024 * 1024;
/** Recovery after a crash replays the log since the last checkpoint: seconds, on a slow disk more. */
const readySeconds = 120;

/** What runs on a cluster: nothing, a server, or only processes that have outlived their postmaster. */
export type Found =
  | { readonly state: 'none' }
  | { readonly state: 'stragglers'; readonly pids: readonly number[] }
  | { readonly state: 'running'; readonly pid: number; readonly socketFolder: string; readonly status: string };

export async function findServer(mark: ClusterMark): Promise<Found> {
  const file = await readPostmasterFile(mark.folder);
  const pids = await clusterProcesses(mark);
  if (pids.length === 0) return { state: 'none' };
  if (file?.socketFolder !== undefined && pids.includes(file.pid)) {
    return { state: 'running', pid: file.pid, socketFolder: file.socketFolder, status: file.status };
  }
  return { state: 'stragglers', pids };
}

interface StartOptions {
  readonly runnable: Runnable;
  readonly mark: ClusterMark;
  readonly socketFolder: string;
  readonly logFile: string;
  readonly onWait: () => void;
}

/**
 * Starts the server and waits until it takes connections. The caller holds the launch lock and has seen that no
 * process of the cluster lives. Throws with the end of the server's log when it does not start.
 */
export async function startServer({ runnable, mark, socketFolder, logFile, onWait }: StartOptions): Promise<void> {
  await disownPostmasterFile(runnable.runAs, mark.folder);
  await removeSocket(socketFolder);
  const log = await openLog(logFile);
  const { size } = await log.stat();
  try {
    const command = serverCommand(runnable, {
      name: 'postgres',
      folder: mark.folder,
      args: overrides(mark, socketFolder),
    });
    const child = spawn(command.file, command.args, { ...command.options, stdio: ['ignore', log.fd, log.fd] });
    child.unref();
    onWait();
    await ready(child, mark.folder).catch(async (error: unknown) => {
      const said = (await readFile(logFile)).subarray(size).subarray(-2_000).toString().trim();
      throw new Error(`The embedded PostgreSQL did not start. Its log (${logFile}) ends:\n${said}`, { cause: error });
    });
  } finally {
    await log.close();
  }
}

/** On the command line, where neither a file nor ALTER SYSTEM can change them. */
function overrides(mark: ClusterMark, socketFolder: string): string[] {
  const quoted = `"${socketFolder.replaceAll('"', '""')}"`;
  const values = {
    cluster_name: mark.name,
    listen_addresses: '',
    port: socketPort,
    unix_socket_directories: quoted,
    unix_socket_permissions: '0700',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The folder is ours alone and its server is dead, so whatever lock it left is stale. */
async function removeSocket(folder: string): Promise<void> {
  for (const name of [`.s.PGSQL.${socketPort}`, `.s.PGSQL.${socketPort}.lock`]) {
    await unlink(join(folder, name)).catch(ignore('ENOENT'));
  }
}

async function openLog(path: string) {
  const size = await stat(path).then(
    (info) => info.size,
    () => 0,
  );
  if (size > logLimitBytes) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600).catch(async (error: unknown) => {
    // Another user's, from a start as root: the folder is ours, so it can make room.
    if (!hasCode(error, 'EACCES')) throw error;
    await rename(path, `${path}.1`);
    return open(path, 'a', 0o600);
  });
}

async function ready(child: ChildProcess, folder: string): Promise<void> {
  const failed: { error?: Error } = {};
  child.once('error', (error) => {
    failed.error = error;
  });
  child.once('exit', (code, signal) => {
    failed.error ??= new Error(`postgres exited (${code ?? signal})`);
  });
  const deadline = performance.now() + readySeconds * 1000;
  while (performance.now() < deadline) {
    if (failed.error !== undefined) throw failed.error;
    const file = await readPostmasterFile(folder);
    if (file !== undefined && file.pid === child.pid && file.status === 'ready') return;
    await sleep(5);
  }
  throw new Error(`postgres is not ready after ${readySeconds} s`);
}

/**
 * Stops a server: fast shutdown (sessions end, everything is written), and an immediate one, which the next start
 * recovers from, when that has not ended it after `patienceMilliseconds`. Answers whether it is gone.
 */
export async function stopServer(pid: number, patienceMilliseconds: number): Promise<boolean> {
  signalProcess(pid, 'SIGINT');
  if (await hasGone(pid, patienceMilliseconds)) return true;
  signalProcess(pid, 'SIGQUIT');
  return hasGone(pid, 1_000);
}

async function hasGone(pid: number, withinMilliseconds: number): Promise<boolean> {
  const before = await processIdentity(pid);
  const deadline = performance.now() + withinMilliseconds;
  while (before !== undefined && (await processIdentity(pid)) === before) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}

function ignore(...codes: readonly string[]) {
  return (error: unknown) => {
    if (!hasCode(error, ...codes)) throw error;
  };
}
