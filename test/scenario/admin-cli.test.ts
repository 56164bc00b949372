import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../harness/api.ts';
import { command } from '../harness/cli.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { json, startVendorServer, type VendorServer } from '../harness/vendor-server.ts';

const BODY = { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 };
const CLEAN = /^(?!.*\n {4}at )/s; // no stack

let folder: string;
let gateway: RunningGateway;
let vendor: VendorServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-admin-cli-'));
  vendor = await startVendorServer();
  gateway = await startTestGateway();
});
afterAll(async () => {
  await discard(gateway);
  await vendor.close();
  await rm(folder, { recursive: true });
});

const run = async (words: string, { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {}) => {
  const { code, stdout, stderr } = await command([...words.split(' '), ...args], {
    cwd: folder,
    env: { ONEREEL_DATA: gateway.dataFolder, ...env },
  }).ended;
  expect(stderr).toMatch(CLEAN);
  return { code, stdout, stderr };
};
/** What it prints with --json. */
const answer = async (words: string, args: string[] = []) =>
  JSON.parse((await run(`${words} --json`, { args })).stdout);

test('a project gets money and a key, and the key makes a video', async () => {
  expect(await run('projects create shop --markup 1.2')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(
      /^Project {3}shop \(proj_\d+\), markup 1\.2\nMoney {5}\$0\.00 available \(never below \$0\.00\), .*\nTest {6}\$0\.00 available \(no limit\)/,
    ),
  });
  expect((await run('grants add --project shop --amount 50 --live --cause', { args: ['invoice 17'] })).stdout).toMatch(
    /^Grant {5}txn_\d+: \$50\.00 of money, invoice 17\nMoney {5}\$50\.00 available\n$/,
  );
  const made = await run('keys create --project shop --budget 50 --daily-budget 5 --models viduq3*,veo* --expires 30d');
  const [, id, key = ''] = /^Key {7}(key_\d+): .*^Key {7}(sk-test-\S+)$/ms.exec(made.stdout) ?? [];
  expect(made.stdout).toContain('Spent     $0.00 of $50.00, $0.00 today, 0 in flight\n');
  expect(made.stdout).toContain('Limit     models viduq3*, veo*\nLimit     $5.00 a day (UTC)\n');
  expect(made.stdout).toContain('It is shown this once; only its hash is kept.\n');
  expect((await api(gateway, key).create(BODY)).status).toBe(200);
  expect((await run(`keys update ${id} --models none --per-minute 30 --name web`)).stdout).toContain(
    'Limit     $5.00 a day (UTC)\nLimit     30 a minute\n',
  );
  expect((await run('keys list --project shop')).stdout).toMatch(
    new RegExp(`^ID .*\n${id} +test +shop +web +…${key.slice(-4)} +\\$0\\.\\d+ of \\$50\\.00 +until 20`),
  );
  expect((await run(`keys revoke ${id}`)).stdout).toMatch(/revoked 20\d\d-\d\d-\d\d\n/);
  expect((await api(gateway, key).create(BODY)).status).toBe(401);
  expect((await run('projects list')).stdout).toMatch(/^shop +proj_\d+ +1\.2 +\$50\.00 +\$0\.00 +\$0\.00 /m);
});

test('money is taken back, and a grant under one word is booked once', async () => {
  await run('projects create once --floor -10');
  const words = 'grants add --project once --amount 3 --live --cause a --once invoice-1';
  await run(words);
  expect((await run(words)).stdout).toContain('It was booked before; nothing changed.\n');
  expect((await run('grants take --project once --amount 12.5 --live')).stdout).toContain(
    'Money     -$9.50 available\n',
  );
  expect(await run('grants take --project once --amount 1 --live --cause c')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('so at most $0.50 can be taken back.'),
  });
  const { data } = await answer('grants list --project once');
  expect(data).toMatchObject([{ amount_micros: -12_500_000 }, { amount_micros: 3_000_000 }]);
  expect((await run('projects update once --floor none --markup 2')).stdout).toContain('-$9.50 available (no limit)');
  expect((await run('projects close once')).stdout).toContain('markup 2, closed');
});

test('a channel is made from a file or a variable, tested, drained and opened', async () => {
  await writeFile(join(folder, 'key.txt'), 'vda_first\n');
  const made = await run(`channels create mine --provider vidu --credentials key.txt --origin ${vendor.origin}`);
  expect(made.stdout).toMatch(/^Channel {3}mine to vidu: open, 0 of 5 running, version ver_\d+\n$/);
  vendor.answer(json({ remains: [] }));
  expect(await run('channels test mine')).toMatchObject({
    code: 0,
    stdout: 'ok        Vidu (vidu.com) takes the credentials\n',
  });
  await run('channels credentials mine --credentials-env MY_KEY', { env: { MY_KEY: '{"apiKey": "vda_second"}' } });
  vendor.answer(json({ code: 401 }, 401));
  expect(await run('channels test mine')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^FAIL {6}Vidu \(vidu\.com\) refuses the credentials\n {10}Check that the key/),
  });
  expect(vendor.requests.map(({ headers }) => headers.authorization)).toEqual(['Token vda_first', 'Token vda_second']);
  await run('channels update mine --concurrency 9 --settings', { args: ['{"usual_seconds": 60}'] });
  expect((await run('channels drain mine')).stdout).toContain('drained, 0 of 9 running');
  expect((await run('channels list')).stdout).toMatch(/^mine +vidu +live +drained +0 of 9 +api$/m);
  expect((await run('channels open mine')).stdout).toContain('open, 0 of 9 running');
});

test('rates, prices and models are set, listed and cancelled', async () => {
  expect((await run('rates set CNY 0.14 --date 2026-11-20')).stdout).toMatch(
    /^Set {7}rate CNY: \{"usd":0\.14,"date":"2026-11-20"\}, from 20.*Z \(ovr_\d+\)\n$/,
  );
  const later = await answer('catalogue withdraw viduq3t-540p --from 2d');
  expect((await run('catalogue list')).stdout).toMatch(
    /^ovr_\d+ +viduq3t-540p +scheduled +20.*Z +\{"withdrawn":true\}$/m,
  );
  expect((await run(`catalogue cancel ${later.id}`)).stdout).toMatch(/^Cancelled model viduq3t-540p: /);
  expect((await run('prices set vidu/viduq3-turbo --as-shipped')).stdout).toContain('vidu/viduq3-turbo: as shipped');
  expect((await answer('rates list')).data).toMatchObject([{ name: 'CNY', status: 'in_force' }]);
});

test('a generation is shown with its money, and refunded', async () => {
  const caller = api(gateway);
  const { body } = await caller.create(BODY);
  await caller.finished(body.id);
  const shown = await run(`generations show ${body.id}`);
  expect(shown.stdout).toMatch(
    /^Made {6}task_\d+: viduq3t-540p, test key of default, completed\nMoney {5}quoted \$0\.\d+, settled \$0\.\d+, refunded \$0\.00\nVendor {4}billed 0\.\d+ USD \(\$0\.\d+\) for att_\d+\nAttempt {3}att_\d+ on sandbox-vidu \(viduq3-turbo\): succeeded\n$/,
  );
  expect((await run(`generations refund ${body.id} --amount 0.001 --cause blank`)).stdout).toContain(
    'refunded $0.001\n',
  );
  expect((await run('generations list --status completed --test --limit 1')).stdout).toMatch(
    /^task_\d+ +20.*Z +\w+ +test +viduq3t-540p +completed +\$0\.\d+ +\$0\.\d+ /m,
  );
});

test('the ledger is written to a file or to standard output', async () => {
  expect((await run('ledger export --project shop --out books.csv')).stdout).toBe(
    `Saved     ${join(folder, 'books.csv')}\n`,
  );
  const saved = await readFile(join(folder, 'books.csv'), 'utf8');
  expect(saved).toMatch(/^entry,transaction,at,.*\r\nent_\d+,txn_\d+,.*,grant,invoice 17,true,/);
  const { stdout } = await run('ledger export --project shop --format jsonl --live');
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { amount_micros: expect.any(Number), cause: 'invoice 17' },
    { amount_micros: expect.any(Number), cause: 'invoice 17' },
  ]);
  expect(await run('ledger export --project nobody')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'There is no project "nobody".\n',
  });
});

test('the audit log says who changed what', async () => {
  const { stdout } = await run('audit --action project.updated --limit 1');
  expect(stdout).toMatch(
    /^20.*Z +key_\d+ +project\.updated +proj_\d+ +live \{"floor_micros":-10000000\} → \{"floor_micros":null\}, markup 1 → 2$/m,
  );
});

test.each<[string, string[], number, string]>([
  ['keys create', [], 2, 'Say whose key it is: --project shop.\n'],
  ['keys create --project shop --live --admin', [], 2, '--live and --admin are two kinds of keys; say one of them.\n'],
  [
    'keys create --project shop --budget 1e3',
    [],
    2,
    '--budget is 1e3; it must be dollars such as 50 or 0.25, with six decimals at most.\n',
  ],
  ['projects update shop --markup x', [], 2, '--markup is x; it must be a number such as 1.2.\n'],
  [
    'grants add --project shop --amount -5 --cause a',
    [],
    2,
    '--amount is -5; it must be above 0. `grants take` takes money back.\n',
  ],
  [
    'channels create a --provider vidu',
    [],
    2,
    'Say where the credentials are: --credentials <file>, or --credentials-env <name>.\n',
  ],
  ['channels create a --provider vidu --credentials none.txt', [], 2, '--credentials: none.txt cannot be read.\n'],
  [
    'channels create a --provider vidu --credentials-env NOT_SET',
    [],
    2,
    'There are no credentials in the variable NOT_SET.\n',
  ],
  ['rates set CNY', [], 2, 'Say what it is worth in dollars, or --as-shipped.\n'],
  ['prices set a --value', ['{'], 2, '--value is not JSON: {. Put it in single quotes, \'{"…": …}\'.\n'],
  ['ledger export --json', [], 2, '--json wants a file for the entries: --out <file>.\n'],
])('%s %j ends with a sentence', async (words, args, code, sentence) => {
  expect(await run(words, { args })).toMatchObject({ code, stderr: sentence });
});

test('another admin key may be said, and a wrong one is refused with where it is from', async () => {
  const { key } = await answer('keys create --admin --name deploy');
  expect((await run(`projects list --admin-key ${key}`)).code).toBe(0);
  expect((await run('projects list', { env: { ONEREEL_ADMIN_KEY: key } })).code).toBe(0);
  expect(await run(`projects list --admin-key ${gateway.keys.live}`)).toMatchObject({
    code: 2,
    stderr: 'This is a live key; /admin/v1 takes an admin key.\n',
  });
  expect((await run('projects list --admin-key sk-admin-nobody-knows-this')).stderr).toContain(
    'The key is from --admin-key. Is it a key of this server?',
  );
});

test('without a server nothing is started', async () => {
  const empty = join(folder, 'empty');
  expect(await run('projects list', { env: { ONEREEL_DATA: empty } })).toEqual({
    code: 3,
    stdout: '',
    stderr: 'No Onereel server runs here. Start it (onereel serve), or say where it is with ONEREEL_URL.\n',
  });
});
