import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

let gateway: RunningGateway;
let admin: ReturnType<typeof api>;

beforeAll(async () => {
  gateway = await startTestGateway();
  admin = api(gateway, gateway.keys.admin);
});
afterAll(() => discard(gateway));

const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
  admin.call('POST', `/admin/v1${path}`, { ...(body !== undefined && { body }), ...(headers && { headers }) });
const get = (path: string) => admin.call('GET', `/admin/v1${path}`);

const EMPTY = { granted_micros: 0, available_micros: 0, held_micros: 0, spent_micros: 0 };

test('money is granted and taken back, never below the floor', async () => {
  await post('/projects', { name: 'money' });
  const granted = await post('/projects/money/grants', {
    livemode: true,
    amount_micros: 10_000_000,
    cause: 'invoice 1',
  });
  expect(granted.body).toEqual({
    id: expect.stringMatching(/^txn_\d+$/),
    object: 'grant',
    project: expect.stringMatching(/^proj_\d+$/),
    livemode: true,
    amount_micros: 10_000_000,
    cause: 'invoice 1',
    created_at: expect.any(Number),
    available_micros: 10_000_000,
  });
  const back = (amount_micros: number) => ({ livemode: true, amount_micros, cause: 'paid out' });
  const refused = await post('/projects/money/grants', back(-10_000_001));
  expect(refused).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'conflict',
        param: 'amount_micros',
        message:
          'amount_micros is -10000001 (-$10.000001); $10.00 is available and may not fall below $0.00, so at most $10.00 can be taken back.',
      },
    },
  });
  expect((await post('/projects/money/grants', back(-4_000_000))).body.available_micros).toBe(6_000_000);
  const { live, test: play } = (await get('/projects/money')).body;
  expect({ live, play }).toMatchObject({
    live: { granted_micros: 6_000_000, available_micros: 6_000_000, held_micros: 0, spent_micros: 0 },
    play: EMPTY,
  });
  const { data } = (await get('/projects/money/grants')).body;
  expect(data.map(({ amount_micros }: { amount_micros: number }) => amount_micros)).toEqual([-4_000_000, 10_000_000]);
  const page = (await get('/projects/money/grants?limit=1')).body;
  expect((await get(`/projects/money/grants?after=${page.last_id}`)).body.data).toEqual([data[1]]);
});

test('a grant under one Idempotency-Key is booked once, also when two arrive at once', async () => {
  await post('/projects', { name: 'once' });
  const body = { livemode: true, amount_micros: 1_000_000, cause: 'invoice 2' };
  const key = { 'idempotency-key': 'invoice-2' };
  const [first, second] = await Promise.all([
    post('/projects/once/grants', body, key),
    post('/projects/once/grants', body, key),
  ]);
  expect(first.body.id).toBe(second.body.id);
  const again = await post('/projects/once/grants', body, key);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await get('/projects/once')).body.live.available_micros).toBe(1_000_000);
  const other = await post('/projects/once/grants', { ...body, amount_micros: 2_000_000 }, key);
  expect(other).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'idempotency_mismatch',
        message: 'The Idempotency-Key "invoice-2" was used for another grant to this project. Nothing was booked.',
      },
    },
  });
});

const MICROS = 'a whole number of micro-dollars';
const refusals: [string, string, unknown, number, string, string][] = [
  [
    'POST',
    '/projects/nobody/grants',
    { livemode: true, amount_micros: 1, cause: 'a' },
    404,
    'not_found',
    'There is no project "nobody".',
  ],
  [
    'POST',
    '/projects/default/grants',
    { livemode: true, amount_micros: 0, cause: 'a' },
    400,
    'invalid_value',
    `amount_micros is 0; it must be ${MICROS} other than 0; below 0 takes money back.`,
  ],
  [
    'POST',
    '/projects/default/grants',
    { livemode: true, amount_micros: 1.5, cause: 'a' },
    400,
    'invalid_value',
    `amount_micros is 1.5; it must be ${MICROS} other than 0; below 0 takes money back.`,
  ],
  [
    'POST',
    '/projects/default/grants',
    { livemode: 'yes', amount_micros: 1, cause: 'a' },
    400,
    'invalid_value',
    'livemode is "yes"; it must be true for the money of live keys, false for play money.',
  ],
  [
    'POST',
    '/projects/default/grants',
    { livemode: true, amount_micros: 1, cause: ' ' },
    400,
    'invalid_value',
    'cause is " "; it must be a text of at most 500 characters, such as "invoice 17".',
  ],
  ['GET', '/projects/nobody/grants', undefined, 404, 'not_found', 'There is no project "nobody".'],
];

test.each(refusals)('%s %s %j is refused in words', async (method, path, body, status, code, message) => {
  const answer = await admin.call(method, `/admin/v1${path}`, body === undefined ? {} : { body });
  expect({ status: answer.status, code: answer.body.error.code, message: answer.body.error.message }).toEqual({
    status,
    code,
    message,
  });
});
