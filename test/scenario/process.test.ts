import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { clusterPids } from '../harness/cluster-pids.ts';
import { freePort, isTaken, type Typed, typed } from '../harness/npm-start.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** Everything printed: it serves. */
const SERVES = 'for video_url.';

let folder: string;
let dataFolder: string;
const running: Typed[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-process-'));
  dataFolder = join(folder, 'data');
});
afterEach(async () => {
  for (const { child, exit } of running.splice(0)) {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await exit();
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(command: readonly [string, ...string[]], env: Readonly<Record<string, string>>): Promise<Typed> {
  const one = await typed(command, { dataFolder, env });
  running.push(one);
  return one;
}

/** Nothing listens, nothing runs, and no more than ten seconds went by. */
async function expectGone(port: number, began: number): Promise<void> {
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await isTaken(port)).toBe(false);
  expect(await clusterPids(dataFolder)).toEqual([]);
}

test('npm start serves, and SIGTERM to npm alone ends all of it with exit code 0', async () => {
  const port = await freePort();
  const began = performance.now();
  const npm = await run(['npm', 'start'], { PORT: String(port) });
  await npm.until(SERVES);
  console.info(`ready after ${((performance.now() - began) / 1000).toFixed(1)} s on a new data folder`);
  expect(npm.output()).toContain(`Onereel serves at http://127.0.0.1:${port}`);
  expect(await isTaken(port)).toBe(true);
  const stopped = performance.now();
  npm.child.kill('SIGTERM');
  expect(await npm.exit()).toBe(0);
  await expectGone(port, stopped);
});

test('Ctrl-C in a terminal ends all of it cleanly', async () => {
  const port = await freePort();
  const terminal = await run(['script', '-qec', 'exec npm start', '/dev/null'], { PORT: String(port) });
  await terminal.until(SERVES);
  const stopped = performance.now();
  terminal.child.stdin?.write('\x03');
  expect(await terminal.exit()).toBe(0);
  expect(terminal.output()).not.toMatch(/error|at async|ERR!/i);
  await expectGone(port, stopped);
});

test('SIGTERM during the first start ends it too, with nothing left', async () => {
  const port = await freePort();
  const fresh = join(folder, 'fresh');
  const npm = await typed(['npm', 'start'], { dataFolder: fresh, env: { PORT: String(port) } });
  running.push(npm);
  await expect.poll(() => existsSync(join(fresh, 'onereel.log')), { interval: 10, timeout: 20_000 }).toBe(true);
  const stopped = performance.now();
  npm.child.kill('SIGTERM');
  expect(await npm.exit()).toBe(0);
  await expectGone(port, stopped);
  expect(await clusterPids(fresh)).toEqual([]);
});

test('a second start on a taken port is refused with what to do, and leaves the first alone', async () => {
  const port = await freePort();
  const first = await run(['sh', 'scripts/run.sh', 'src/main.ts'], { PORT: String(port) });
  await first.until(SERVES);
  const keys = await readFile(join(dataFolder, 'keys.json'), 'utf8');
  const other = 'sk-test-another-key-of-24-characters';
  const second = await run(['sh', 'scripts/run.sh', 'src/main.ts'], {
    PORT: String(port),
    ONEREEL_TEST_KEY: other,
  });
  expect(await second.exit()).toBe(1);
  expect(second.output()).toBe(
    `Onereel cannot start: Port ${port} on 127.0.0.1 is in use. Stop what listens there, or set PORT to another one.\n`,
  );
  expect(await readFile(join(dataFolder, 'keys.json'), 'utf8')).toBe(keys);
  const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(status).toBe(200);
});
