import { stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { copyServer, findServerPackage, hydrateLinks, type ServerHome } from './hydrate.ts';
import { EmbeddedPostgresUnavailable, embeddedPlatformPackage, runningGlibc } from './platform.ts';
import { nobody, ourselves, type RunAs, type Runnable, whyNotRunnable } from './run-as.ts';

/** Receives what happened, named `noun.verb`. */
export type Log = (event: string, fields: Record<string, unknown>) => void;

interface Choice {
  readonly dataFolder: string;
  readonly cluster: string;
  readonly log: Log;
}

/**
 * Finds a server that can run here and the user to run it as. Throws `EmbeddedPostgresUnavailable` when the platform
 * has none, npm did not install it, or, as root, every way failed.
 */
export async function chooseRunnable(choice: Choice): Promise<Runnable> {
  const home = await installedServer();
  return process.getuid?.() === 0 ? chooseAsRoot(home, choice) : chooseAsUser(home, choice);
}

/** The name of this platform's server package; throws `EmbeddedPostgresUnavailable` where there is none. */
export function requirePlatform(): string {
  const glibc = process.platform === 'linux' ? runningGlibc() : undefined;
  const verdict = embeddedPlatformPackage(process.platform, process.arch, glibc);
  if ('package' in verdict) return verdict.package;
  throw new EmbeddedPostgresUnavailable(verdict.reason, verdict.fix);
}

async function installedServer(): Promise<ServerHome> {
  const name = requirePlatform();
  const home = await findServerPackage(name);
  if (home !== undefined) return home;
  throw new EmbeddedPostgresUnavailable(
    `The npm package ${name} is not installed`,
    'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  );
}

async function chooseAsUser(home: ServerHome, { dataFolder, log }: Choice): Promise<Runnable> {
  if (!hasName()) return chooseAsNameless(home, dataFolder);
  if (await hydrateLinks(home)) return { home, runAs: ourselves('plain') };
  const copy = await copyServer(home, [dataFolder]);
  if (copy !== undefined) {
    log('postgres.copied', { folder: copy.folder, reason: 'links are missing and the package cannot be written' });
    return { home: copy, runAs: ourselves('plain') };
  }
  throw new EmbeddedPostgresUnavailable(
    `${home.folder} lacks links between its libraries, cannot be written, and could not be copied to ${dataFolder}`,
    'Run npm rebuild as the owner of node_modules, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  );
}

/** A container's arbitrary user id: PostgreSQL insists on a name, which a user namespace gives it. */
async function chooseAsNameless(home: ServerHome, dataFolder: string): Promise<Runnable> {
  const runnable = { home, runAs: ourselves('namespace') };
  const hasLinks = await hydrateLinks(home);
  const reason = hasLinks ? await whyNotRunnable(runnable, dataFolder) : `${home.folder} lacks links and is read-only`;
  if (reason === undefined) return runnable;
  throw new EmbeddedPostgresUnavailable(
    `PostgreSQL needs a user with a name, user id ${runnable.runAs.uid} has none, and "unshare -U" does not help: ${reason}`,
    'Add the user to /etc/passwd, start Onereel as a user that has a name, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  );
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** As another user on the installed server; else inside `unshare -U`; else as another user on a reachable copy. */
async function chooseAsRoot(home: ServerHome, choice: Choice): Promise<Runnable> {
  const account = await accountFor(choice.cluster);
  const reasons: string[] = [];
  const works = async (runnable: Runnable) => {
    const reason = await whyNotRunnable(runnable, choice.dataFolder);
    if (reason !== undefined) reasons.push(`${describe(runnable)}: ${reason}`);
    return reason === undefined;
  };
  if (await hydrateLinks(home)) {
    for (const runAs of [account, ourselves('namespace')]) if (await works({ home, runAs })) return { home, runAs };
  } else reasons.push(`${home.folder} lacks links between its libraries and cannot be written`);
  const copy = await copyServer(home, ['/var/lib/onereel', '/var/tmp/onereel', join(tmpdir(), 'onereel')]);
  if (copy !== undefined) {
    choice.log('postgres.copied', { folder: copy.folder, reason: reasons.join('; ') });
    for (const runAs of [account, ourselves('namespace')]) {
      if (await works({ home: copy, runAs })) return { home: copy, runAs };
    }
  } else reasons.push('no folder for a copy of the server');
  throw new EmbeddedPostgresUnavailable(
    `PostgreSQL refuses to run as root, and no way around it works here: ${reasons.join('; ')}`,
    'Start Onereel as an ordinary user that owns its folder, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  );
}

/** An existing cluster keeps its owner, so that a single start with sudo does not lock the owner out. */
async function accountFor(cluster: string): Promise<RunAs> {
  const owner = await stat(cluster).catch(() => undefined);
  if (owner === undefined || owner.uid === 0) return { kind: 'account', uid: nobody, gid: nobody };
  return { kind: 'account', uid: owner.uid, gid: owner.gid };
}

function describe({ home, runAs }: Runnable): string {
  return `${runAs.kind === 'account' ? `as user id ${runAs.uid}` : 'inside "unshare -U"'} with ${home.folder}`;
}
