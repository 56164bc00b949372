import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { markOf, siteOf } from './acquire.ts';
import { launchEmbeddedPostgres } from './launch.ts';
import type { Connection } from './membership.ts';
import { clusterProcesses, processIdentity } from './process.ts';
import {
  endEverything,
  endServer,
  newDataFolder,
  query,
  removeEverything,
  startedGateway,
  waitUntil,
} from './test-gateway.ts';

afterEach(endEverything);
afterAll(removeEverything);

/** Made by the first test; the others start it warm. */
const dataFolder = await newDataFolder();

const commit = 'drop table if exists kept; create table kept as select 42 as answer';
const readBack = 'select answer from kept';
const committed = [{ answer: 42 }];

test('after a kill of the gateway the next one adopts its server with the data', async () => {
  const killed = await startedGateway({ dataFolder });
  await query(killed.report.connection, commit);
  await killed.kill();
  const next = await launchEmbeddedPostgres({ dataFolder });
  expect(next).toMatchObject({ adopted: true, pid: killed.report.pid });
  expect(await query(next.connection, readBack)).toEqual(committed);
  await next.leave();
  expect(await processIdentity(next.pid)).toBeUndefined();
});

test('after a kill of the postmaster ensureRunning restarts it at the same address with the data', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const before = { pid: server.pid, connection: server.connection };
  await query(server.connection, commit);
  process.kill(before.pid, 'SIGKILL');
  await waitUntil(async () => (await processIdentity(before.pid)) === undefined);
  await Promise.all([server.ensureRunning(), server.ensureRunning()]);
  expect(server.pid).not.toBe(before.pid);
  expect(server.connection).toEqual(before.connection);
  expect(await query(server.connection, readBack)).toEqual(committed);
  await server.ensureRunning();
  await server.leave();
  expect(await processIdentity(server.pid)).toBeUndefined();
  await expect(server.ensureRunning()).rejects.toThrow('left');
});

test('a server that was told to shut down is replaced by ensureRunning, though old sessions keep it up', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const { pid } = server;
  process.kill(pid, 'SIGTERM');
  await waitUntil(async () => !(await takesSessions(server.connection)));
  expect(await processIdentity(pid)).toBeDefined();
  await server.ensureRunning();
  expect(server.pid).not.toBe(pid);
  expect(await takesSessions(server.connection)).toBe(true);
  await server.leave();
});

async function takesSessions(connection: Connection): Promise<boolean> {
  return query(connection, 'select 1').then(
    () => true,
    () => false,
  );
}

test('leaving a server that does not answer any more ends in time', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const pids = await clusterProcesses(await markOf(siteOf(dataFolder)));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const begun = performance.now();
  await server.leave();
  expect(performance.now() - begun).toBeLessThan(8_000);
});

test('after a kill of all of them a launch recovers the data', async () => {
  const killed = await startedGateway({ dataFolder });
  await query(killed.report.connection, commit);
  await killed.kill();
  await endServer(dataFolder);
  const next = await launchEmbeddedPostgres({ dataFolder });
  expect(next.adopted).toBe(false);
  expect(await query(next.connection, readBack)).toEqual(committed);
  await next.leave();
});

test('a killed postmaster that nobody reaps does not pass for a running server', async () => {
  const stopped = await startedGateway({ dataFolder });
  await query(stopped.report.connection, commit);
  process.kill(stopped.child.pid ?? 0, 'SIGSTOP');
  process.kill(stopped.report.pid, 'SIGKILL');
  expect(await isZombie(stopped.report.pid)).toBe(true);
  const next = await launchEmbeddedPostgres({ dataFolder });
  expect(await isZombie(stopped.report.pid)).toBe(true);
  expect(next.adopted).toBe(false);
  expect(await query(next.connection, readBack)).toEqual(committed);
  await next.leave();
});

async function isZombie(pid: number): Promise<boolean> {
  await sleep(50);
  return / Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8'));
}

test('a backend that outlives its postmaster in a long statement is ended before the next start', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const client = new Client(server.connection);
  client.on('error', () => undefined);
  await client.connect();
  const busy = client.query('select count(*) from generate_series(1, 1e12)').catch(() => undefined);
  await sleep(100);
  process.kill(server.pid, 'SIGKILL');
  await waitUntil(async () => (await processIdentity(server.pid)) === undefined);
  await sleep(100);
  expect(await clusterProcesses(await markOf(siteOf(dataFolder)))).not.toEqual([]);
  await server.ensureRunning();
  expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  await busy;
  await server.leave();
});

test('a stale postmaster.pid that names a live process of someone else does not prevent the start', async () => {
  const first = await launchEmbeddedPostgres({ dataFolder });
  const file = join(dataFolder, 'postgres', 'postmaster.pid');
  const lock = join(first.connection.host, '.s.PGSQL.5432.lock');
  const left = [await readFile(file, 'utf8'), await readFile(lock, 'utf8')] as const;
  process.kill(first.pid, 'SIGKILL');
  await endServer(dataFolder);
  const other = spawn('sleep', ['60'], serverUser);
  await once(other, 'spawn');
  for (const [path, text] of [
    [file, left[0]],
    [lock, left[1]],
  ] as const) {
    await rm(path, { force: true });
    await writeFile(path, text.replace(/^.*/, String(other.pid)));
  }
  const next = await launchEmbeddedPostgres({ dataFolder });
  expect(next).toMatchObject({ adopted: false });
  expect(next.pid).not.toBe(other.pid);
  await next.leave();
  expect(other.exitCode).toBeNull();
  other.kill('SIGKILL');
});

/** The user that a server started by root runs as: of another user's process PostgreSQL would not be afraid. */
const serverUser = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

test('a Ctrl-C for the gateway’s process group does not reach the server', async () => {
  const gateway = await startedGateway({ dataFolder });
  process.kill(-(gateway.child.pid ?? 0), 'SIGINT');
  await once(gateway.child, 'exit');
  await sleep(100);
  const next = await launchEmbeddedPostgres({ dataFolder });
  expect(next).toMatchObject({ adopted: true, pid: gateway.report.pid });
  await next.leave();
});

test('a server whose socket folder was cleaned away is restarted', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const { host } = server.connection;
  await rm(host, { recursive: true });
  const next = await launchEmbeddedPostgres({ dataFolder });
  expect(next.connection.host).toBe(host);
  expect(await query(next.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.ensureRunning();
  expect(server.pid).toBe(next.pid);
  await Promise.all([server.leave(), next.leave()]);
});

test('a launcher killed while it starts leaves nothing that stops the next one', async () => {
  for (const milliseconds of [250, 500, 750]) {
    const dataFolder = await newDataFolder();
    const launcher = new URL('launch.ts', import.meta.url).href;
    const script = `import { launchEmbeddedPostgres as launch } from ${JSON.stringify(launcher)};
      await launch({ dataFolder: ${JSON.stringify(dataFolder)} }); await new Promise((done) => setTimeout(done, 9e4));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore', detached: true });
    await sleep(milliseconds);
    child.kill('SIGKILL');
    const next = await launchEmbeddedPostgres({ dataFolder });
    expect(await query(next.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    await next.leave();
    expect((await readdir(dataFolder)).sort()).toEqual(['postgres', 'postgres.json', 'postgres.log']);
  }
});
