import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { command, type EndedCommand } from '../harness/cli.ts';
import { databaseFor } from '../harness/database.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(async () => {
  await gateway.stop();
  await rm(gateway.dataFolder, { recursive: true, force: true });
});

const onereel = async (...args: readonly string[]): Promise<EndedCommand> => {
  const { dataFolder } = gateway;
  return command(args, { cwd: dataFolder, env: { ONEREEL_DATA: dataFolder, ...(await databaseFor(dataFolder)) } })
    .ended;
};

test('verify says that the ledger is right: beside a server that works, and without one', async () => {
  const { create, finished } = api(gateway);
  const made = await create({ prompt: 'a fox', model: 'viduq3t-540p', duration: 1 });
  await create({ prompt: 'a fox', model: 'viduq3t-540p', duration: 16 });
  expect(await onereel('ledger', 'verify')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Looked at \d+ transactions, 2 generations.*\nThe ledger is right\.\n$/s),
  });
  await finished(made.body.id);
  await gateway.stop();
  const { code, stdout } = await onereel('ledger', 'verify', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ ok: true, generations: 2, drifts: [] })]);
});

test('verify ends with 1 on any drift, and names it', async () => {
  gateway = await startTestGateway({ dataFolder: gateway.dataFolder });
  await rows(
    gateway.dataFolder,
    `update accounts set balance_micros = balance_micros + 1 where kind = 'spent' and not livemode`,
  );
  const { code, stdout } = await onereel('ledger', 'verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^DRIFT {2}spent of project \d+, test: its balance is \d+ .*\(accounts_match_entries\)\n/);
  expect(stdout).toContain('\n1 thing differs.\n');
});

test('verify makes no database where there is none', async () => {
  const { code, stderr } = await command(['ledger', 'verify'], {
    cwd: gateway.dataFolder,
    env: { ONEREEL_DATA: `${gateway.dataFolder}/nothing` },
  }).ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^There is no database in .*\n$/);
});
