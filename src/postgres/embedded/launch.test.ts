import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { launchEmbeddedPostgres } from './launch.ts';
import { processIdentity } from './process.ts';
import { endEverything, newDataFolder, query, removeEverything, startedGateway } from './test-gateway.ts';

afterEach(endEverything);
afterAll(removeEverything);

/** Made by the first test; the others start it warm. */
const dataFolder = await newDataFolder();

test('a cold start answers queries, and a warm start finds what was committed', async () => {
  const first = await launchEmbeddedPostgres({ dataFolder });
  expect(first.adopted).toBe(false);
  await query(first.connection, 'create table kept as select 42 as answer');
  await first.leave();
  expect(await processIdentity(first.pid)).toBeUndefined();

  const begun = performance.now();
  const second = await launchEmbeddedPostgres({ dataFolder });
  expect(performance.now() - begun).toBeLessThan(3_000);
  expect(second.adopted).toBe(false);
  expect(await query(second.connection, 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(second.connection).toEqual(first.connection);
  await second.leave();
  await second.leave();
});

test('the server has the settings of a laptop and a log without statements', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  const wanted = {
    listen_addresses: '',
    fsync: 'on',
    autovacuum: 'on',
    jit: 'off',
    TimeZone: 'UTC',
    shared_buffers: '16384',
    max_connections: '100',
    idle_in_transaction_session_timeout: '30000',
    password_encryption: 'scram-sha-256',
    unix_socket_permissions: '0700',
    server_encoding: 'UTF8',
  };
  const rows = await query(server.connection, 'select name, setting from pg_settings');
  expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toMatchObject(wanted);
  const rules = await query(server.connection, 'select type, user_name, auth_method, error from pg_hba_file_rules');
  expect(rules).toEqual([{ type: 'local', user_name: ['all'], auth_method: 'scram-sha-256', error: null }]);
  await expect(query(server.connection, `select 'a secret'::int`)).rejects.toThrow('invalid input syntax');
  await server.leave();
  expect(await readFile(join(dataFolder, 'postgres.log'), 'utf8')).not.toContain('a secret');
});

test('a wrong or missing password is refused, and only the owner can read the right one', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder });
  expect(server.connection.password.length).toBeGreaterThanOrEqual(24);
  await expect(query({ ...server.connection, password: 'guess' }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await expect(query({ ...server.connection, password: '' }, 'select 1')).rejects.toThrow();
  for (const [path, mode] of [
    ['postgres', 0o700],
    ['postgres/onereel-password', 0o600],
    ['postgres.log', 0o600],
    ['postgres.json', 0o600],
  ] as const) {
    expect([path, (await stat(join(dataFolder, path))).mode & 0o777]).toEqual([path, mode]);
  }
  expect((await stat(server.connection.host)).mode & 0o777).toBe(0o700);
  await server.leave();
});

test('a second gateway adopts the running server, and the last to leave stops it', async () => {
  const first = await launchEmbeddedPostgres({ dataFolder });
  const other = await startedGateway({ dataFolder });
  expect(other.report).toMatchObject({ adopted: true, pid: first.pid, connection: first.connection });
  await first.leave();
  expect(await processIdentity(first.pid)).toBeDefined();
  expect(await query(other.report.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  await other.leave();
  expect(await processIdentity(first.pid)).toBeUndefined();
  await expect(stat(first.connection.host)).rejects.toThrow('ENOENT');
});

test('four launchers at once, two of them other processes, share one server', async () => {
  const dataFolder = await newDataFolder();
  const [a, b, c, d] = await Promise.all([
    launchEmbeddedPostgres({ dataFolder }),
    launchEmbeddedPostgres({ dataFolder }),
    startedGateway({ dataFolder }),
    startedGateway({ dataFolder }),
  ]);
  const reports = [a, b, c.report, d.report];
  expect(new Set(reports.map(({ pid }) => pid)).size).toBe(1);
  expect(reports.filter(({ adopted }) => !adopted)).toHaveLength(1);
  await Promise.all([a.leave(), b.leave(), c.leave(), d.leave()]);
  expect(await processIdentity(a.pid)).toBeUndefined();
  expect((await readdir(dataFolder)).sort()).toEqual(['postgres', 'postgres.json', 'postgres.log']);
});

test('a gateway that comes while the last one leaves gets a server', async () => {
  let server = await launchEmbeddedPostgres({ dataFolder });
  for (let round = 0; round < 5; round += 1) {
    const [, next] = await Promise.all([server.leave(), launchEmbeddedPostgres({ dataFolder })]);
    expect(await query(next.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    server = next;
  }
  await server.leave();
  expect(await processIdentity(server.pid)).toBeUndefined();
});

test('a data folder path of more than 150 characters works', async () => {
  const server = await launchEmbeddedPostgres({ dataFolder: await newDataFolder('d'.repeat(150)) });
  expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.leave();
});
