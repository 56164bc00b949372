import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { command, type EndedCommand } from '../harness/cli.ts';
import { databaseFor } from '../harness/database.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { advanceClock, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-reconcile-'));
  vendors = await startEmulatedVendors();
  env = await liveChannels(vendors, { folder });
  gateway = await startTestGateway({ dataFolder: join(folder, 'data'), env });
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

const onereel = async (...args: readonly string[]): Promise<EndedCommand> => {
  const { dataFolder } = gateway;
  const settings = { ONEREEL_DATA: dataFolder, ...(await databaseFor(dataFolder)), ...env };
  return command(args, { cwd: folder, env: settings }).ended;
};
const reconcile = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await onereel('ledger', 'reconcile', '--days', '30', '--json', ...args);
  return { code, stderr, body: JSON.parse(stdout) };
};
const make = async (prompt: string): Promise<string> => {
  const { body } = await api(gateway, gateway.keys.live).create({ prompt, model: 'viduq3t-540p', duration: 4 });
  return body.id;
};
const finished = async (id: string) => (await api(gateway, gateway.keys.live).finished(id)).body;
const isRight = async (): Promise<boolean> => (await onereel('ledger', 'verify')).code === 0;

test('what was settled is what the vendor bills', async () => {
  await finished(await make('a fox'));
  const { code, body } = await reconcile('--channel', 'live-vidu');
  expect(code).toBe(0);
  expect(body).toMatchObject({ ok: true, attempts: 1, asked: 1, comparisons: [], lossMicros: 0, varianceMicros: 0 });
});

test('a success without a video that was billed is free for the project, and listed as the operator’s loss', async () => {
  await vendors.addFaults([{ vendor: 'vidu', operation: 'create', kind: 'no-video', match: 'nothing at all' }]);
  const ended = await finished(await make('nothing at all'));
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'output_missing' }, cost: { settled_micros: 0 } });
  const { code, body } = await reconcile('--channel', 'live-vidu');
  expect(code).toBe(0);
  expect(body).toMatchObject({
    ok: true,
    lossMicros: 140_000,
    comparisons: [{ finding: 'loss', ended: 'output_missing' }],
  });
  expect(await isRight()).toBe(true);
});

test('what the vendor finished after it was given up is found, and booked when that is wished', async () => {
  await vendors.addFaults([{ vendor: 'vidu', operation: 'poll', kind: '500-before', times: 1000 }]);
  const id = await make('too late');
  await vi.waitFor(
    async () => expect((await vendors.truth()).some(({ prompt }) => prompt === 'too late')).toBe(true),
    20_000,
  );
  await advanceClock(gateway.dataFolder, 8 * 24 * 3600);
  expect(await finished(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } });
  await vendors.clearFaults();
  const found = await reconcile('--channel', 'live-vidu');
  expect(found.code).toBe(1);
  expect(found.body.comparisons).toMatchObject([
    { finding: 'loss' },
    { finding: 'unbooked', ended: 'timed_out', billed: { currency: 'USD', micros: 140_000 }, recorded: null },
  ]);
  expect((await reconcile('--channel', 'live-vidu', '--book')).code).toBe(0);
  expect((await reconcile('--channel', 'live-vidu')).body).toMatchObject({ ok: true, lossMicros: 280_000 });
  const [loss] = await rows(
    gateway.dataFolder,
    `select balance_micros::text as sum from accounts where kind = 'loss' and livemode`,
  );
  expect(loss.sum).toBe('-280000');
  expect(await isRight()).toBe(true);
});

test('a bill that is not what was written down is named, in words too', async () => {
  await rows(gateway.dataFolder, `update vendor_costs set micros = micros - 5000 where reported is not null`);
  const { code, stdout } = await onereel('ledger', 'reconcile', '--days', '30', '--channel', 'live-vidu');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^differs {3}task_\d+ \(completed\): vendor 0\.14 USD, recorded 0\.135 USD, settled \$0\.14\n/,
  );
  expect(stdout).toMatch(/\nCompared 3 attempts on live-vidu, 3 of them with what the vendor says now\.\n/);
});

test('a channel that does not exist, and days that are none, are refused', async () => {
  const { code, stderr } = await onereel('ledger', 'reconcile', '--channel', 'vidoo');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^There is no channel vidoo; there are .*live-vidu/)]);
  const days = await onereel('ledger', 'reconcile', '--channel', 'live-vidu', '--days', 'x');
  expect([days.code, days.stderr]).toEqual([2, '--days is "x"; it must be a whole number from 1 to 9999.\n']);
});
