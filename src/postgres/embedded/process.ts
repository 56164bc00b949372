import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Says which process a pid is: the same pid given to another process later has another identity, also after a
 * reboot. Undefined when there is none or only a zombie, which holds nothing any more but still answers to signals:
 * a killed postmaster whose parent reaps late (Node as PID 1 of a container) stays one for long.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return identityByPs(pid);
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name, in parentheses, may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${await bootId()}:${fields[19]}`;
}

async function identityByPs(pid: number): Promise<string | undefined> {
  const answer = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => undefined);
  const line = answer?.stdout.trim() ?? '';
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}

async function bootId(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim();
}

/** How the processes of one cluster are recognised. */
export interface ClusterMark {
  /** `cluster_name` of the server: in the postmaster's arguments and in the title of every process of it. */
  readonly name: string;
  /** The cluster's folder: the working folder of every process of it. */
  readonly folder: string;
  /** Users that the server may run as; a process of another user is never taken for it, whatever it calls itself. */
  readonly uids: readonly number[];
}

/**
 * Pids of all live processes of the cluster: the postmaster, its children, and children that have outlived it.
 * Two signs are used because a container's root may lack the right to read another user's /proc/PID/cwd.
 */
export async function clusterProcesses(mark: ClusterMark): Promise<number[]> {
  if (process.platform !== 'linux') return clusterProcessesByPs(mark);
  const home = await stat(mark.folder).catch(() => undefined);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const belongs = async (pid: number) => {
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner === undefined || !mark.uids.includes(owner.uid)) return false;
    const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    // Empty for a zombie. "postgres" keeps out editors and shells that only stand in the folder or name the mark.
    if (!isServerTitle(title)) return false;
    if (carriesName(title, mark.name)) return true;
    const cwd = await stat(`/proc/${pid}/cwd`).catch(() => undefined);
    return home !== undefined && cwd !== undefined && cwd.ino === home.ino && cwd.dev === home.dev;
  };
  const verdicts = await Promise.all(pids.map(belongs));
  return pids.filter((_, index) => verdicts[index]);
}

async function clusterProcessesByPs(mark: ClusterMark): Promise<number[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,uid=,stat=,command='], { maxBuffer: 64 << 20 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, uid, state, title] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const isOurs = mark.uids.includes(Number(uid)) && state !== undefined && !state.startsWith('Z');
    return isOurs && title !== undefined && isServerTitle(title) && carriesName(title, mark.name) ? [Number(pid)] : [];
  });
}

/** The postmaster's own arguments (".../postgres -D ..."), or a child's title ("postgres: NAME: checkpointer"). */
function isServerTitle(title: string): boolean {
  return /^(?:[^\0]*\/postgres(?:[\0 ]|$)|postgres: )/.test(title);
}

function carriesName(title: string, name: string): boolean {
  return title.startsWith(`postgres: ${name}: `) || title.split(/[\0 ]/).includes(`cluster_name=${name}`);
}

/** Sends a signal; a process that is already gone is not an error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Whether an error carries this code (`ENOENT`, or PostgreSQL's `57P03`). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => error.code === code);
}
