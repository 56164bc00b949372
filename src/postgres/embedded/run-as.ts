import { execFile, type SpawnOptions } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerHome } from './hydrate.ts';

const run = promisify(execFile);

/** "nobody" on every current Linux; PostgreSQL needs a user that has a name, not merely a number. */
export const nobody = 65534;

/**
 * How the server is run, because PostgreSQL refuses root:
 * `plain` as the user we are; `account` as another user, which only root can arrange; `namespace` inside
 * `unshare -U`, where root appears as an ordinary user. `uid` and `gid` own its files as seen from outside.
 */
export interface RunAs {
  readonly kind: 'plain' | 'account' | 'namespace';
  readonly uid: number;
  readonly gid: number;
}

/** A server that can run: which programs, as whom. */
export interface Runnable {
  readonly home: ServerHome;
  readonly runAs: RunAs;
}

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/**
 * The command that runs one of the server's programs on the cluster in `folder`, in a session of its own, so that
 * neither a Ctrl-C nor a signal to our process group reaches it.
 */
export function serverCommand(runnable: Runnable, program: { name: string; folder: string; args: readonly string[] }) {
  const file = join(runnable.home.folder, 'native', 'bin', program.name);
  return commandAs(runnable.runAs, file, ['-D', clusterArgument(runnable.runAs, program.folder), ...program.args], {
    cwd: program.folder,
    detached: true,
  });
}

/**
 * Another user may not be allowed through the folders above the cluster (a clone below /root). The working folder is
 * entered while we are still root, and this name for it needs no passage.
 */
function clusterArgument(runAs: RunAs, folder: string): string {
  return runAs.kind === 'plain' ? folder : '/proc/self/cwd';
}

function commandAs(runAs: RunAs, file: string, args: readonly string[], options: SpawnOptions): ServerCommand {
  // Nothing of ours is passed on: PG* variables and LD_LIBRARY_PATH would change what the server does.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
  switch (runAs.kind) {
    case 'plain':
      return { file, args, options: { ...options, env } };
    case 'account':
      return { file, args, options: { ...options, env, uid: runAs.uid, gid: runAs.gid } };
    case 'namespace':
      return { file: 'unshare', args: ['-U', '--', file, ...args], options: { ...options, env } };
    default:
      return runAs.kind satisfies never;
  }
}

/** Who we are, as owner of what the server needs. */
export function ourselves(kind: 'plain' | 'namespace'): RunAs {
  return { kind, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

const probeScript = `
id -un >/dev/null 2>&1 || { echo "user id $(id -u) has no name"; exit 1; }
{ test -r "$1/native/share/postgresql/postgres.bki" && test -x "$1/native/bin/initdb"; } ||
  { echo "user id $(id -u) cannot reach $1"; exit 1; }
{ cd /proc/self/cwd && test -O . && : > probe; } 2>/dev/null || { echo "it cannot own files in the data folder"; exit 1; }
exec "$1/native/bin/postgres" --version`;

/** Tries whether a server would start this way on a cluster in `dataFolder`; answers why not, or undefined if so. */
export async function whyNotRunnable({ home, runAs }: Runnable, dataFolder: string): Promise<string | undefined> {
  const cwd = await mkdtemp(join(dataFolder, 'postgres.probe-'));
  try {
    await chown(cwd, runAs.uid, runAs.gid);
    const { file, args, options } = commandAs(runAs, '/bin/sh', ['-c', probeScript, 'sh', home.folder], { cwd });
    await run(file, [...args], { cwd, env: options.env, uid: options.uid, gid: options.gid, timeout: 10_000 });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : '';
    return said !== '' ? said : error instanceof Error ? error.message.trim() : String(error);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Whether the server, run this way, can go into a folder and make files there. */
export async function canUseFolder(runAs: RunAs, folder: string): Promise<boolean> {
  if (runAs.kind === 'plain') return true;
  const script = 'cd "$1" && : > probe && rm probe';
  const { file, args, options } = commandAs(runAs, '/bin/sh', ['-c', script, 'sh', folder], {});
  return run(file, [...args], { cwd: '/', env: options.env, uid: options.uid, gid: options.gid }).then(
    () => true,
    () => false,
  );
}
