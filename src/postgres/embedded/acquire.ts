import { createHash } from 'node:crypto';
import { readFile, readlink, rename, stat, writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseRunnable, type Log } from './choose.ts';
import { clusterExists, createCluster, ownerRole, prepareCluster, readPassword, removeUnfinished } from './cluster.ts';
import { holdLaunchLock } from './lock.ts';
import { type Connection, join, type Membership } from './membership.ts';
import { EmbeddedPostgresUnavailable } from './platform.ts';
import { type ClusterMark, signalProcess } from './process.ts';
import { nobody } from './run-as.ts';
import { type Found, findServer, startServer } from './server.ts';
import { openSocketFolder, socketPort } from './socket-folder.ts';

/** Where a data folder keeps its database, and what happens there is told to. */
export interface Site {
  readonly dataFolder: string;
  readonly cluster: string;
  readonly logFile: string;
  readonly record: string;
  readonly launchLock: string;
  /** Tells this cluster's processes from others by the data folder's path. */
  readonly clusterName: string;
  readonly log: Log;
  /** A program of the server is at work. */
  readonly onWait: () => void;
}

/** A running server that this gateway is a member of. */
export interface Held {
  readonly pid: number;
  readonly adopted: boolean;
  readonly connection: Connection;
  readonly membership: Membership;
}

type Running = Extract<Found, { state: 'running' }>;

const launchSeconds = 150;
/** After how many milliseconds a server that nobody can reach, or whose shutdown hangs, is told so, ever more firmly. */
const serverPersuasion = [
  [3_000, 'SIGINT'],
  [10_000, 'SIGQUIT'],
  [20_000, 'SIGKILL'],
] as const;
/** The same for processes without a postmaster: they work for nobody, and only wait for a long statement's end. */
const stragglerPersuasion = [
  [1_000, 'SIGTERM'],
  [3_000, 'SIGQUIT'],
  [5_000, 'SIGKILL'],
] as const;

/** `dataFolder` is an existing folder's real path. */
export function siteOf(dataFolder: string, told: Partial<Pick<Site, 'log' | 'onWait'>> = {}): Site {
  return {
    dataFolder,
    cluster: joinPath(dataFolder, 'postgres'),
    logFile: joinPath(dataFolder, 'postgres.log'),
    record: joinPath(dataFolder, 'postgres.json'),
    launchLock: joinPath(dataFolder, 'postgres.launch'),
    clusterName: `onereel-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`,
    log: told.log ?? (() => undefined),
    onWait: told.onWait ?? (() => undefined),
  };
}

/** Joins the data folder's server, starting it if none runs. Safe with any number of processes doing the same. */
export async function acquire(site: Site): Promise<Held> {
  const running = await adoptRunning(site);
  if (running !== undefined) return running;
  const release = await holdLaunchLock(site.launchLock, launchSeconds);
  try {
    return await adoptOrStart(site);
  } finally {
    await release();
  }
}

/** Joins a server that is up; undefined when there is none. */
export async function adoptRunning(site: Site): Promise<Held | undefined> {
  if (!(await clusterExists(site.cluster))) return undefined;
  const found = await findServer(await markOf(site));
  if (found.state !== 'running' || found.status !== 'ready') return undefined;
  const joined = await joinServer(site, found);
  if (!('membership' in joined)) return undefined;
  site.log('postgres.adopted', { pid: found.pid, socketFolder: found.socketFolder });
  return { ...joined, pid: found.pid, adopted: true };
}

/** The users that this cluster's server may run as. */
export async function markOf({ clusterName, cluster }: Site): Promise<ClusterMark> {
  const uid = process.getuid?.() ?? 0;
  const owner = await stat(cluster).catch(() => undefined);
  const uids = [uid, ...(uid === 0 ? [nobody] : []), ...(owner === undefined ? [] : [owner.uid])];
  return { name: clusterName, folder: cluster, uids };
}

async function adoptOrStart(site: Site): Promise<Held> {
  const begun = performance.now();
  const patience = patienceWith(site);
  let started = false;
  for (;;) {
    const found = await findServer(await markOf(site));
    if (found.state === 'none') {
      await start(site);
      started = true;
      continue;
    }
    if (found.state === 'stragglers') {
      patience.run(found.pids, stragglerPersuasion);
    } else {
      const joined = await joinServer(site, found);
      if ('membership' in joined) {
        const milliseconds = Math.round(performance.now() - begun);
        const { pid, socketFolder } = found;
        site.log(started ? 'postgres.started' : 'postgres.adopted', { pid, socketFolder, milliseconds });
        return { ...joined, pid, adopted: !started };
      }
      if (joined.not === 'unreachable') await mustShareMounts(found);
      if (joined.not !== 'waiting' && found.status !== 'starting') patience.run([found.pid], serverPersuasion);
    }
    if (performance.now() - begun > launchSeconds * 1000) throw new Error('The embedded PostgreSQL does not get ready');
    await sleep(15);
  }
}

async function joinServer(site: Site, { socketFolder }: Running) {
  const password = await readPassword(site.cluster);
  const connection = { host: socketFolder, port: socketPort, user: ownerRole, password, database: 'onereel' };
  const joined = await join(connection);
  return 'membership' in joined ? { ...joined, connection } : joined;
}

/** Ends what does not end by itself: a server that nobody can reach or whose shutdown hangs, orphaned backends. */
function patienceWith(site: Site) {
  const seen = new Map<number, { readonly since: number; step: number }>();
  return {
    run(pids: readonly number[], persuasion: typeof serverPersuasion | typeof stragglerPersuasion) {
      for (const pid of pids) {
        const entry = seen.get(pid) ?? { since: performance.now(), step: 0 };
        seen.set(pid, entry);
        const [after, signal] = persuasion[entry.step] ?? [Number.POSITIVE_INFINITY, 'SIGKILL'];
        if (performance.now() - entry.since < after) continue;
        entry.step += 1;
        site.log('postgres.signalled', { pid, signal });
        signalProcess(pid, signal);
      }
    },
  };
}

/** A service with its own /tmp has its socket where we cannot see it. That is no reason to stop its server. */
async function mustShareMounts({ pid, socketFolder }: Running): Promise<void> {
  const [ours, theirs] = await Promise.all(
    ['self', pid].map((name) => readlink(`/proc/${name}/ns/mnt`).catch(() => undefined)),
  );
  if (ours === undefined || theirs === undefined || ours === theirs) return;
  throw new EmbeddedPostgresUnavailable(
    `The database of this data folder runs (process ${pid}) with its socket in ${socketFolder}, which is another folder here`,
    'Give both processes the same temporary folder (systemd: PrivateTmp=no, or TMPDIR), or stop the other one.',
  );
}

async function start(site: Site): Promise<void> {
  const exists = await clusterExists(site.cluster);
  await removeUnfinished(await markOf(site));
  const runnable = await chooseRunnable(site);
  if (!exists) await createCluster(runnable, site);
  await prepareCluster(runnable.runAs, site.cluster);
  const socketFolder = await openSocketFolder({
    runAs: runnable.runAs,
    recorded: await recordedSocketFolder(site.record),
    dataFolder: site.dataFolder,
    refused: (folder, reason) => site.log('postgres.socket-folder-refused', { folder, reason }),
  });
  await record(site, { socketFolder, server: runnable.home.folder, runAs: runnable.runAs.kind });
  await startServer({ runnable, mark: await markOf(site), socketFolder, ...site });
}

async function record(site: Site, fields: Record<string, unknown>): Promise<void> {
  const aside = `${site.record}.new`;
  await writeFile(aside, `${JSON.stringify({ ...fields, port: socketPort }, null, 2)}\n`, { mode: 0o600 });
  await rename(aside, site.record);
}

async function recordedSocketFolder(file: string): Promise<string | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('socketFolder' in value)) return undefined;
    return typeof value.socketFolder === 'string' ? value.socketFolder : undefined;
  } catch {
    return undefined;
  }
}
