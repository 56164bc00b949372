import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openPool, type Pool } from './pool.ts';
import type { RenderSpec } from './spec.ts';

const spec = (prompt: string): RenderSpec => ({
  prompt,
  seed: 1,
  seconds: 1,
  width: 64,
  height: 64,
  fps: 24,
  audio: false,
  label: '',
});

function poolOf({ children = 1, limitSeconds = 30 } = {}): { pool: Pool; events: string[] } {
  const events: string[] = [];
  const pool = openPool({
    children,
    entry: new URL('./testing/odd-child.ts', import.meta.url),
    limitSeconds: () => limitSeconds,
    log: (event) => events.push(event.replace('studio.child-', '')),
  });
  onTestFinished(() => pool.close());
  return { pool, events };
}

/** The stand-in answers its process id as the length. */
const pidOf = async (pool: Pool): Promise<number> => (await pool.run(spec('pid'), 'x')).seconds;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test.each(['die', 'abort'])('a job whose children %s is tried twice, then fails, and others go on', async (prompt) => {
  const { pool, events } = poolOf();
  await expect(pool.run(spec(prompt), 'x')).rejects.toMatchObject({ code: 'render_failed' });
  expect(events).toEqual(['started', 'lost', 'started', 'lost']);
  expect(await pidOf(pool)).toBeGreaterThan(0);
});

test('a job that hangs is ended at its limit, with its child', async () => {
  const { pool, events } = poolOf({ limitSeconds: 0.6 });
  await expect(pool.run(spec('hang'), 'x')).rejects.toThrow('The renderer took more than 0.6 s.');
  expect(events).toEqual(['started', 'lost', 'started', 'lost']);
});

test('a child is replaced after 25 jobs', async () => {
  const { pool } = poolOf();
  const pids: number[] = [];
  for (let index = 0; index < 27; index += 1) pids.push(await pidOf(pool));
  expect(new Set(pids.slice(0, 25)).size).toBe(1);
  expect(new Set(pids).size).toBe(2);
  await expect.poll(() => alive(pids[0] ?? 0)).toBe(false);
});

test('no more children run than allowed, and jobs wait for them', async () => {
  const { pool, events } = poolOf({ children: 2 });
  const pids = await Promise.all(Array.from({ length: 8 }, () => pidOf(pool)));
  expect(new Set(pids).size).toBeLessThanOrEqual(2);
  expect(events).toEqual(['started', 'started']);
});

test('a child gets neither our secrets nor our flags', async () => {
  process.env['VIDU_API_KEY'] = 'secret';
  const { pool } = poolOf();
  const told = await pool.run(spec('env'), 'x').catch((error: Error) => error.message);
  delete process.env['VIDU_API_KEY'];
  expect(told).toContain('"NODE_WEBCODECS_FORCE":"static"');
  expect(told).not.toContain('secret');
  expect(told).not.toContain('NODE_OPTIONS');
});

const keeper = new URL('./testing/keeper.ts', import.meta.url).pathname;

async function keep(behaviour: string) {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-keeper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const parent = spawn(process.execPath, [keeper, folder, behaviour], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const ended = once(parent, 'exit');
  const [text] = await once(parent.stdout, 'data');
  return { parent, ended, child: Number(String(text).trim()) };
}

test('an idle studio lets its program end, and its children end with it', async () => {
  const { ended, child } = await keep('end');
  expect(await ended).toEqual([0, null]);
  await expect.poll(() => alive(child), { timeout: 5000 }).toBe(false);
});

test('a child that is rendering ends with its killed parent, and not from an interrupt of the terminal', async () => {
  const { parent, ended, child } = await keep('stay');
  await new Promise((resolve) => setTimeout(resolve, 800));
  // A terminal interrupts the whole process group of the program; the child is in its own.
  expect(() => process.kill(-child, 0)).not.toThrow();
  expect(alive(child)).toBe(true);
  parent.kill('SIGKILL');
  await ended;
  await expect.poll(() => alive(child), { timeout: 5000 }).toBe(false);
});
