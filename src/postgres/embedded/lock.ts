import { randomUUID } from 'node:crypto';
import { open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, processIdentity } from './process.ts';

const pollMilliseconds = 20;
/** A lock without content is one that is being written; after this long its writer died before it could. */
const unwrittenMilliseconds = 5_000;

/**
 * Takes the launch lock: a file that only its creator could create (O_EXCL), naming the process. Waits while that
 * process lives and takes over from a dead one; a pid that now belongs to another process counts as dead.
 * Throws when it is still held after `waitSeconds`. The returned function releases it and never throws.
 */
export async function holdLaunchLock(file: string, waitSeconds: number): Promise<() => Promise<void>> {
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

/** As `holdLaunchLock`, but answers undefined at once when a live process holds it. */
export async function tryLaunchLock(file: string): Promise<(() => Promise<void>) | undefined> {
  const mine = `${process.pid} ${await processIdentity(process.pid)} ${randomUUID()}`;
  if (await create(file, mine)) return () => release(file, mine);
  const theirs = await readFile(file, 'utf8').catch(() => undefined);
  if (theirs === undefined || !(await isAbandoned(file, theirs))) return undefined;
  await setAside(file, theirs);
  return (await create(file, mine)) ? () => release(file, mine) : undefined;
}

async function create(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o644);
    await handle.writeFile(content).finally(() => handle.close());
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function isAbandoned(file: string, content: string): Promise<boolean> {
  const [pid, identity] = content.split(' ');
  if (pid === undefined || identity === undefined) {
    const info = await stat(file).catch(() => undefined);
    return info !== undefined && Date.now() - info.mtimeMs > unwrittenMilliseconds;
  }
  return (await processIdentity(Number(pid))) !== identity;
}

/** Two may find the same dead lock: a rename lets only one of them have it, and shows whether it was still that one. */
async function setAside(file: string, expected: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  const taken = await rename(file, aside).then(
    () => readFile(aside, 'utf8'),
    () => undefined,
  );
  if (taken === undefined) return;
  if (taken === expected) await unlink(aside);
  else await rename(aside, file);
}

async function release(file: string, mine: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch(() => undefined);
  if (content === mine) await unlink(file).catch(() => undefined);
}
