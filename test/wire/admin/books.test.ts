import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

const BODY = { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 };

let gateway: RunningGateway;
let admin: ReturnType<typeof api>;
let shop: ReturnType<typeof api>;
let finished: Answer['body'];

beforeAll(async () => {
  gateway = await startTestGateway();
  admin = api(gateway, gateway.keys.admin);
  await post('/projects', { name: 'shop' });
  await post('/projects/shop/grants', { livemode: false, amount_micros: 5_000_000, cause: '=play, "money"' });
  shop = api(gateway, (await post('/keys', { kind: 'test', project: 'shop' })).body.key);
  finished = (await shop.finished((await shop.create(BODY)).body.id)).body;
});
afterAll(() => discard(gateway));

const post = (path: string, body?: unknown) =>
  admin.call('POST', `/admin/v1${path}`, body === undefined ? {} : { body });
const get = (path: string) => admin.call('GET', `/admin/v1${path}`);
const books = async () => (await get('/projects/shop')).body.test;

test('a report has quote, hold, settlement and the vendor’s bill side by side, and no word of the request', async () => {
  const { body } = await get(`/generations/${finished.id}`);
  const { quoted_micros, settled_micros } = finished.cost;
  expect(body).toMatchObject({
    id: finished.id,
    object: 'generation_report',
    project_name: 'shop',
    livemode: false,
    dialect: 'uniall',
    model: BODY.model,
    status: 'completed',
    error_code: null,
    money: {
      quoted_micros,
      settled_micros,
      refunded_micros: 0,
      vendor: [{ currency: 'USD', usd_micros: settled_micros, reported: { credits: expect.any(Number) } }],
    },
    request: { mode: 'text', seconds: 1, resolution: '540p' },
    attempts: [
      {
        id: body.money.vendor[0].attempt,
        channel: 'sandbox-vidu',
        provider: 'vidu',
        model: 'viduq3-turbo',
        state: 'succeeded',
        failure: null,
        submitted_at: expect.any(Number),
      },
    ],
  });
  expect(JSON.stringify(body)).not.toContain('fox');
  const { body: log } = await get('/generations?project=shop&limit=1');
  const { request: _, attempts: __, ...listed } = body;
  expect(log.data).toEqual([listed]);
});

test('reports are found by project, world, state and model, across projects', async () => {
  const other = (await api(gateway).create({ ...BODY, prompt: 'a fox [test:failed]', model: 'viduq3t-720p' })).body;
  await api(gateway).finished(other.id);
  const ids = async (query: string) =>
    (await get(`/generations?${query}`)).body.data.map(({ id }: { id: string }) => id);
  expect(await ids('')).toEqual([other.id, finished.id]);
  expect(await ids('project=shop')).toEqual([finished.id]);
  expect(await ids('project=default&status=failed')).toEqual([other.id]);
  expect(await ids('model=viduq3t-720p')).toEqual([other.id]);
  expect(await ids('livemode=true')).toEqual([]);
  expect(await ids(`after=${other.id}`)).toEqual([finished.id]);
  const { body } = await get(`/generations/${other.id}`);
  expect(body).toMatchObject({
    status: 'failed',
    error_code: 'vendor_failed',
    money: { settled_micros: 0 },
    attempts: [{ state: 'failed', failure: { code: 'vendor_failed', vendor: expect.anything() } }],
  });
});

test('a completed generation is refunded once, whole or in part, and at most what it cost', async () => {
  const { body } = await shop.create(BODY);
  const { cost } = (await shop.finished(body.id)).body;
  const before = await books();
  const refund = (id: string, more: object = {}) => post(`/generations/${id}/refund`, { cause: 'blank', ...more });
  expect((await refund(body.id, { amount_micros: cost.settled_micros + 1 })).body.error).toMatchObject({
    code: 'conflict',
    param: 'amount_micros',
    message: expect.stringContaining(`${body.id} cost $`),
  });
  expect((await refund(body.id, { amount_micros: 1000 })).body.money).toMatchObject({
    settled_micros: cost.settled_micros,
    refunded_micros: 1000,
  });
  expect(await books()).toEqual({
    ...before,
    available_micros: before.available_micros + 1000,
    spent_micros: before.spent_micros - 1000,
  });
  expect((await refund(body.id)).body.error.message).toBe(
    `${body.id} was refunded before; a generation is refunded once.`,
  );
  expect((await refund(finished.id)).body.money.refunded_micros).toBe(finished.cost.settled_micros);
  const failed = (await shop.create({ ...BODY, prompt: '[test:failed]' })).body;
  await shop.finished(failed.id);
  expect((await refund(failed.id)).body.error.message).toBe(
    `${failed.id} is not completed: it cost nothing, or has not ended yet.`,
  );
  expect((await get(`/audit?subject=${body.id}`)).body.data).toMatchObject([
    { action: 'generation.refunded', before: { refunded_micros: 0 }, after: { refunded_micros: 1000, cause: 'blank' } },
  ]);
});

test('the ledger is exported as JSON lines that balance, and goes on where it broke off', async () => {
  const lines = async (query = '') =>
    String((await text(`/ledger/export?format=jsonl${query}`)).body)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const all = await lines();
  expect(all[0]).toEqual({
    entry: expect.stringMatching(/^ent_\d+$/),
    transaction: expect.stringMatching(/^txn_\d+$/),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    kind: 'grant',
    cause: '=play, "money"',
    livemode: false,
    project: expect.stringMatching(/^proj_\d+$/),
    project_name: 'shop',
    account: expect.stringMatching(/^(?:grants|available)$/),
    amount_micros: expect.any(Number),
    generation: null,
  });
  const sums = new Map<string, number>();
  for (const { transaction, amount_micros } of all) sums.set(transaction, (sums.get(transaction) ?? 0) + amount_micros);
  expect([...sums.values()].every((sum) => sum === 0)).toBe(true);
  expect(await lines(`&after=${all[4].entry}`)).toEqual(all.slice(5));
  expect(await lines('&livemode=true')).toEqual([]);
  expect(await lines('&project=shop')).toEqual(all.filter(({ project_name }) => project_name === 'shop'));
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
  expect(await lines(`&from=${tomorrow}`)).toEqual([]);
  expect(await lines(`&to=${tomorrow}`)).toEqual(all);
});

/** Without what reads a single line of JSON as JSON. */
const text = async (path: string) => {
  const response = await fetch(`${gateway.url}/admin/v1${path}`, {
    headers: { authorization: `Bearer ${gateway.keys.admin}` },
  });
  return { headers: response.headers, body: await response.text() };
};

test('the ledger is exported as CSV that no spreadsheet runs', async () => {
  const { headers, body } = await get('/ledger/export');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(headers.get('content-disposition')).toBe('attachment; filename="ledger.csv"');
  const [names, first] = body.split('\r\n');
  expect(names).toBe('entry,transaction,at,kind,cause,livemode,project,project_name,account,amount_micros,generation');
  expect(first).toMatch(/^ent_\d+,txn_\d+,[^,]+,grant,"'=play, ""money""",false,proj_\d+,shop,\w+,-?5000000,$/);
});

test.each<[string, string, unknown, number, string]>([
  ['GET', '/generations/task_5', undefined, 404, 'There is no generation task_5.'],
  ['GET', '/generations/nothing', undefined, 404, 'There is no generation nothing.'],
  [
    'GET',
    '/generations?status=done',
    undefined,
    400,
    'status is "done"; it must be one of queued, in_progress, completed, failed, cancelled, expired.',
  ],
  ['GET', '/generations?livemode=1', undefined, 400, 'livemode is "1"; it must be true or false.'],
  ['GET', '/generations?project=nobody', undefined, 404, 'There is no project "nobody".'],
  ['POST', '/generations/task_5/refund', { cause: 'a' }, 404, 'There is no generation task_5.'],
  [
    'POST',
    '/generations/task_5/refund',
    {},
    400,
    'cause is missing; it must be a text of at most 500 characters, such as "the video is blank".',
  ],
  [
    'POST',
    '/generations/task_5/refund',
    { cause: 'a', amount_micros: 0 },
    400,
    'amount_micros is 0; it must be a whole number of micro-dollars above 0.',
  ],
  ['GET', '/ledger/export?format=xls', undefined, 400, 'format is "xls"; it must be csv or jsonl.'],
  ['GET', '/ledger/export?from=today', undefined, 400, 'from is "today"; it must be unix seconds.'],
  ['GET', '/ledger/export?after=5', undefined, 400, 'after is "5"; it must be an id as ent_1.'],
  ['GET', '/ledger/export?project=nobody', undefined, 404, 'There is no project "nobody".'],
  ['GET', '/audit?limit=1000', undefined, 400, 'limit is "1000"; it must be a whole number from 1 to 100.'],
])('%s %s %j is refused in words', async (method, path, body, status, message) => {
  const answer = await admin.call(method, `/admin/v1${path}`, body === undefined ? {} : { body });
  expect({ status: answer.status, message: answer.body.error.message }).toEqual({ status, message });
});
