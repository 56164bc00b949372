import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { byteSize } from './cli/figures.ts';
import type { Finding } from './cli/findings.ts';
import type { Config } from './config.ts';

/** The data folder and, where it lies elsewhere, the folder of the media. */
export async function folderFindings(config: Config): Promise<readonly Finding[]> {
  const data = await folderFinding('data folder', config.dataFolder, config.freeBytesMark);
  if (config.storageFolder.startsWith(join(config.dataFolder, '/'))) return [data];
  return [data, await folderFinding('storage', config.storageFolder, config.freeBytesMark)];
}

async function folderFinding(name: string, folder: string, freeBytesMark: number): Promise<Finding> {
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory())
    return { name, state: 'failed', message: `${folder} is not a folder`, fix: 'Move it away, or name another one.' };
  const used = found ? folder : await nearestFolder(folder);
  const reason = await whyNotWritable(used);
  if (reason !== undefined)
    return {
      name,
      state: 'failed',
      message: `${used} cannot be written: ${reason}`,
      fix: 'Give its rights to the user that runs Onereel, or set ONEREEL_DATA to another folder.',
    };
  const { bavail, bsize } = await statfs(used);
  const free = bavail * bsize;
  const message = `${folder}, ${found ? '' : 'made at the first start, '}${byteSize(free)} free`;
  if (free < freeBytesMark)
    return {
      name,
      state: 'failed',
      message,
      fix: `No video is accepted below ${byteSize(freeBytesMark)}: make room, or set ONEREEL_DATA to a larger disk.`,
    };
  if (found && name === 'data folder' && (found.mode & 0o077) !== 0)
    return {
      name,
      state: 'warning',
      message: `${message}, open to other users (mode ${(found.mode & 0o777).toString(8)})`,
      fix: `It holds keys and videos: chmod 700 ${folder}. Onereel does it at its next start.`,
    };
  return { name, state: 'ok', message };
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path || (await stat(parent).catch(() => undefined))) return parent;
  return nearestFolder(parent);
}

/** Tried, not asked: rights alone do not tell of read-only mounts. */
async function whyNotWritable(folder: string): Promise<string | undefined> {
  try {
    await rmdir(await mkdtemp(join(folder, '.onereel-doctor-')));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
