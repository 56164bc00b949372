import { chown, lstat, mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hasCode } from './process.ts';
import { canUseFolder, type RunAs } from './run-as.ts';

/** The port is only a part of the socket's name; the server does not listen on the network. */
export const socketPort = 5432;

/** Room for a socket's path in the kernel's address structure, without the final zero. */
const pathBytes = process.platform === 'darwin' ? 103 : 107;

interface SocketFolderOptions {
  readonly runAs: RunAs;
  /** Where the socket was the last time. */
  readonly recorded: string | undefined;
  readonly dataFolder: string;
  readonly refused: (folder: string, reason: string) => void;
}

/**
 * Opens a private folder for the server's socket: the recorded one if it can still be trusted, else a new one with
 * an unguessable name in the first usable of: the temporary folder, XDG_RUNTIME_DIR, the data folder.
 * Throws when none is short enough and usable.
 */
export async function openSocketFolder(options: SocketFolderOptions): Promise<string> {
  const { runAs, recorded, dataFolder, refused } = options;
  if (recorded !== undefined) {
    const reason = await whyNotReusable(recorded, runAs);
    if (reason === undefined) return recorded;
    refused(recorded, reason);
  }
  const bases = [tmpdir(), '/tmp', process.env['XDG_RUNTIME_DIR'] ?? '', dataFolder];
  for (const base of new Set(bases.filter((each) => each !== ''))) {
    const reason = await whyNotBase(base);
    if (reason !== undefined) {
      refused(base, reason);
      continue;
    }
    const folder = await mkdtemp(join(base, 'onereel-')).catch(() => undefined);
    if (folder !== undefined && (await giveTo(folder, runAs))) return folder;
    if (folder !== undefined) await rmdir(folder);
    refused(base, 'the server cannot use a folder in it');
  }
  throw new Error(
    'Found no folder for the database socket: set TMPDIR to a short path that you own (at most 78 bytes)',
  );
}

function isTooLong(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${socketPort}`)) > pathBytes;
}

/** A folder whose entries someone else could exchange (writable to all and not sticky, or owned by another user). */
async function whyNotBase(base: string): Promise<string | undefined> {
  if (isTooLong(join(base, 'onereel-XXXXXX'))) return 'its path is too long for a socket';
  const info = await stat(base).catch(() => undefined);
  if (info === undefined || !info.isDirectory()) return 'it is not a folder';
  if (info.uid !== 0 && info.uid !== process.getuid?.()) return 'it belongs to another user';
  if ((info.mode & 0o022) !== 0 && (info.mode & 0o1000) === 0) return 'others can exchange what is in it';
  return undefined;
}

async function whyNotReusable(folder: string, runAs: RunAs): Promise<string | undefined> {
  if (isTooLong(folder)) return 'its path is too long for a socket';
  const reason = await whyNotBase(dirname(folder));
  if (reason !== undefined) return `${dirname(folder)}: ${reason}`;
  try {
    // Made again under the same name where a cleaner or the last server to stop took it, so that clients keep their address.
    await mkdir(folder, { mode: 0o700 });
    return (await giveTo(folder, runAs)) ? undefined : 'the server cannot use it';
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) return error instanceof Error ? error.message : String(error);
  }
  const info = await lstat(folder);
  if (!info.isDirectory()) return 'it is not a folder';
  if (info.uid !== runAs.uid && info.uid !== process.getuid?.()) return `it belongs to user ${info.uid}`;
  if ((info.mode & 0o077) !== 0) return `others have access to it (mode ${(info.mode & 0o777).toString(8)})`;
  return (await giveTo(folder, runAs)) ? undefined : 'the server cannot use it';
}

async function giveTo(folder: string, runAs: RunAs): Promise<boolean> {
  if (runAs.kind === 'account') await chown(folder, runAs.uid, runAs.gid);
  return canUseFolder(runAs, folder);
}
