import { mkdir, realpath, rmdir } from 'node:fs/promises';
import { acquire, adoptRunning, type Held, markOf, type Site, siteOf } from './acquire.ts';
import { requirePlatform } from './choose.ts';
import { tryLaunchLock } from './lock.ts';
import { type Connection, succeedsWithin } from './membership.ts';
import { findServer, stopServer } from './server.ts';

export { EmbeddedPostgresUnavailable, embeddedPlatformPackage } from './platform.ts';

export interface EmbeddedPostgres {
  /** Options for a `pg` Pool or Client: unix socket folder as host, user, generated password, database 'onereel'. */
  readonly connection: Connection;
  /** A running server was found and taken over. */
  readonly adopted: boolean;
  /** The postmaster's; another one after `ensureRunning` had to restart it. */
  readonly pid: number;
  /**
   * To be called when connections fail: returns once the server runs and this gateway is a member of it, restarting or
   * adopting it where needed. Calls at the same time share one attempt. Throws after `leave`.
   */
  ensureRunning(): Promise<void>;
  /**
   * Gives up this gateway's shared advisory lock; the last one to leave stops the server. Ends within 8 s, may be
   * called again, does not throw. End your own connections before it.
   */
  leave(): Promise<void>;
}

export interface LaunchOptions {
  /** The data folder, made when missing (mode 0700). The cluster is its `postgres`, the log its `postgres.log`. */
  readonly dataFolder: string;
  readonly log?: (event: string, fields: Record<string, unknown>) => void;
  /** Called when a program of the server is at work, and this process has nothing to do but wait for it. */
  readonly onWait?: () => void;
}

const restartWaitMilliseconds = 1_000;
const shutdownMilliseconds = 4_000;
const leaveMilliseconds = 7_800;

/**
 * Brings up the PostgreSQL that npm ships on `<data>/postgres`, or joins the one that runs there already. Nothing of
 * it keeps the process alive, and a killed process leaves the server to the next one.
 * Throws `EmbeddedPostgresUnavailable` where it cannot run; other errors carry the end of the server's log.
 */
export async function launchEmbeddedPostgres(options: LaunchOptions): Promise<EmbeddedPostgres> {
  const { dataFolder } = options;
  requirePlatform();
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const site = siteOf(await realpath(dataFolder), options);
  return new Member(site, await acquire(site));
}

class Member implements EmbeddedPostgres {
  readonly #site: Site;
  #held: Held;
  #restart: Promise<void> | undefined;
  #leave: Promise<void> | undefined;

  constructor(site: Site, held: Held) {
    this.#site = site;
    this.#held = held;
  }

  get connection() {
    return this.#held.connection;
  }

  get adopted() {
    return this.#held.adopted;
  }

  get pid() {
    return this.#held.pid;
  }

  ensureRunning(): Promise<void> {
    if (this.#leave !== undefined) return Promise.reject(new Error('This gateway has left its database'));
    this.#restart ??= this.#rejoin().finally(() => {
      this.#restart = undefined;
    });
    return this.#restart;
  }

  async #rejoin(): Promise<void> {
    const found = await findServer(await markOf(this.#site));
    // A server that was told to shut down (systemd signals all it started) still answers old sessions, but takes no new.
    const isUp = found.state === 'running' && found.pid === this.#held.pid && found.status === 'ready';
    if (isUp && (await this.#held.membership.isAlive())) return;
    await this.#held.membership.close();
    this.#held = await acquire(this.#site);
  }

  leave(): Promise<void> {
    this.#leave ??= this.#leaveInTime();
    return this.#leave;
  }

  async #leaveInTime(): Promise<void> {
    const failure: { error?: unknown } = {};
    const work = this.#leaveOnce().catch((error: unknown) => {
      failure.error = error;
      throw error;
    });
    if (await succeedsWithin(work, leaveMilliseconds)) return;
    this.#site.log('postgres.leave-failed', { error: String(failure.error ?? 'it took too long') });
  }

  async #leaveOnce(): Promise<void> {
    if (this.#restart !== undefined) await succeedsWithin(this.#restart, restartWaitMilliseconds);
    if (this.#held.membership.isLost) {
      // A lost session is no longer counted: join again, else a server that still runs would be left behind.
      const again = await adoptRunning(this.#site);
      if (again === undefined) return;
      this.#held = again;
    }
    const { membership } = this.#held;
    if (await membership.leaveAsLast()) await stopAsLast(this.#site);
    await membership.close();
  }
}

async function stopAsLast(site: Site): Promise<void> {
  const mark = await markOf(site);
  const found = await findServer(mark);
  if (found.state !== 'running') return;
  const isGone = await stopServer(found.pid, shutdownMilliseconds);
  site.log('postgres.stopped', { pid: found.pid, isGone });
  const release = await tryLaunchLock(site.launchLock);
  if (release === undefined) return;
  // Only under the lock: someone starting the server again may be about to use the folder.
  if ((await findServer(mark)).state === 'none') await rmdir(found.socketFolder).catch(() => undefined);
  await release();
}
