import { randomUUID } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, processIdentity } from './process.ts';

const pollMilliseconds = 20;

type Release = () => Promise<void>;

/**
 * Takes the launch lock: a file that only one process can have put there, and that names it. Waits while that
 * process lives and takes over from a dead one; a pid that now belongs to another process counts as dead.
 * Throws when it is still held after `waitSeconds`. The returned function releases it and never throws.
 */
export async function holdLaunchLock(file: string, waitSeconds: number): Promise<Release> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    const release = await tryLaunchLock(file);
    if (release !== undefined) return release;
    if (performance.now() > deadline) {
      throw new Error(`Another process has been starting the database for ${waitSeconds} s (it is named in ${file})`);
    }
    await sleep(pollMilliseconds);
  }
}

/** As `holdLaunchLock`, but answers undefined at once when another holds it. */
export async function tryLaunchLock(file: string): Promise<Release | undefined> {
  const mine = `${process.pid} ${await processIdentity(process.pid)} ${randomUUID()}`;
  const aside = `${file}.${randomUUID()}`;
  // Written before it gets the lock's name, so that a lock is never seen empty.
  await writeFile(aside, mine, { flag: 'wx', mode: 0o644 });
  try {
    if ((await take(aside, file)) || (await takeOver(aside, file))) return () => release(file, mine);
    return undefined;
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

async function take(aside: string, file: string): Promise<boolean> {
  try {
    await link(aside, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Replaces the lock of a dead process. Several may find it dead: only the holder of a second lock may replace it, and
 * only while it is still that one. That second lock is taken in the same way, so a death in the middle of this is no
 * end either.
 */
async function takeOver(aside: string, file: string): Promise<boolean> {
  const theirs = await readFile(file, 'utf8').catch(() => undefined);
  if (theirs === undefined || (await isHeld(theirs))) return false;
  const finish = await tryLaunchLock(`${file}.takeover`);
  if (finish === undefined) return false;
  try {
    if ((await readFile(file, 'utf8').catch(() => undefined)) !== theirs) return false;
    await rename(aside, file);
    return true;
  } finally {
    await finish();
  }
}

/** Without content it is what a power cut left. */
async function isHeld(content: string): Promise<boolean> {
  const [pid, identity] = content.split(' ');
  return pid !== undefined && identity !== undefined && (await processIdentity(Number(pid))) === identity;
}

async function release(file: string, mine: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch(() => undefined);
  if (content === mine) await unlink(file).catch(() => undefined);
}
