import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { holdLaunchLock, tryLaunchLock } from './lock.ts';
import { processIdentity } from './process.ts';

const folder = await mkdtemp(join(tmpdir(), 'onereel-test-'));
const file = join(folder, 'launch');

beforeEach(() => rm(file, { force: true }));
afterAll(() => rm(folder, { recursive: true }));

test('of many takers one holds the lock at a time, and all get their turn', async () => {
  const holders = { now: 0, most: 0, total: 0 };
  const take = async () => {
    const release = await holdLaunchLock(file, 10);
    holders.now += 1;
    holders.total += 1;
    holders.most = Math.max(holders.most, holders.now);
    await sleep(2);
    holders.now -= 1;
    await release();
  };
  await Promise.all(Array.from({ length: 12 }, take));
  expect(holders).toEqual({ now: 0, most: 1, total: 12 });
  expect(await readdir(folder)).toEqual([]);
});

test('a lock whose process lives is not taken', async () => {
  const other = spawn('sleep', ['60']);
  await writeFile(file, `${other.pid} ${await processIdentity(other.pid ?? 0)} token`);
  expect(await tryLaunchLock(file)).toBeUndefined();
  await expect(holdLaunchLock(file, 0.1)).rejects.toThrow('Another process');
  other.kill('SIGKILL');
  const release = await holdLaunchLock(file, 5);
  await release();
});

test('a lock whose pid belongs to another process by now is taken by one of many', async () => {
  await writeFile(file, `${process.pid} an-earlier-boot:1 token`);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => tryLaunchLock(file)));
  expect(outcomes.filter((release) => release !== undefined)).toHaveLength(1);
});

test('of many takers of a dead lock, in two processes, one holds it at a time', async () => {
  const rounds = 20;
  const script = `
    import { holdLaunchLock } from ${JSON.stringify(new URL('lock.ts', import.meta.url).href)};
    import { rmdir, mkdir } from 'node:fs/promises';
    const turn = async () => {
      const release = await holdLaunchLock(${JSON.stringify(file)}, 20);
      await mkdir(${JSON.stringify(join(folder, 'inside'))});
      await rmdir(${JSON.stringify(join(folder, 'inside'))});
      if (Math.random() < 0.8) await release();
      else process.kill(process.pid, 'SIGKILL');
    };
    for (let round = 0; round < ${rounds}; round += 1) await Promise.all([turn(), turn(), turn()]);`;
  const run = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    await once(child, 'close');
    return complaint;
  };
  // Each process dies with the lock in its hands sooner or later; a `mkdir` that fails has met another holder.
  expect(await Promise.all([run(), run(), run(), run()])).toEqual(['', '', '', '']);
});

test('a lock that a power cut left empty is taken', async () => {
  await writeFile(file, '');
  expect(await tryLaunchLock(file)).toBeDefined();
});
