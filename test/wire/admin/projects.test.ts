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
const patch = (path: string, body: unknown) => admin.call('PATCH', `/admin/v1${path}`, { body });
const get = (path: string) => admin.call('GET', `/admin/v1${path}`);

const EMPTY = { granted_micros: 0, available_micros: 0, held_micros: 0, spent_micros: 0 };

test('a project is made prepaid, and is found by its id and by its name', async () => {
  const { status, body } = await post('/projects', { name: 'shop' });
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      id: expect.stringMatching(/^proj_\d+$/),
      object: 'project',
      name: 'shop',
      markup: 1,
      created_at: expect.any(Number),
      closed_at: null,
      live: { floor_micros: 0, ...EMPTY },
      test: { floor_micros: null, ...EMPTY },
    },
  });
  expect((await get(`/projects/${body.id}`)).body).toEqual(body);
  expect((await get('/projects/shop')).body).toEqual(body);
});

test('projects are listed in pages, newest first, and the first one has no limit', async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) await post('/projects', { name });
  const first = (await get('/projects?limit=2')).body;
  expect(first).toMatchObject({ object: 'list', data: [{ name: 'page-3' }, { name: 'page-2' }], has_more: true });
  expect((await get(`/projects?limit=1&after=${first.last_id}`)).body.data).toMatchObject([{ name: 'page-1' }]);
  expect((await get('/projects/default')).body.live).toMatchObject({ floor_micros: null });
});

test('name, markup and floors change, each alone', async () => {
  await post('/projects', { name: 'change', live: { floor_micros: -5_000_000 }, test: { floor_micros: 0 } });
  expect((await patch('/projects/change', { markup: 1.25 })).body).toMatchObject({
    name: 'change',
    markup: 1.25,
    live: { floor_micros: -5_000_000 },
    test: { floor_micros: 0 },
  });
  const changed = await patch('/projects/change', { name: 'changed', live: { floor_micros: null } });
  expect(changed.body).toMatchObject({
    name: 'changed',
    markup: 1.25,
    live: { floor_micros: null },
    test: { floor_micros: 0 },
  });
  expect((await get('/projects/change')).status).toBe(404);
});

test('a floor above what is available is refused', async () => {
  await post('/projects', { name: 'debt', live: { floor_micros: null } });
  await post('/projects/debt/grants', { livemode: true, amount_micros: -3_000_000, cause: 'carried over' });
  expect(await patch('/projects/debt', { live: { floor_micros: 0 } })).toMatchObject({
    status: 409,
    body: {
      error: {
        param: 'live.floor_micros',
        message: 'live.floor_micros is 0 ($0.00), and -$3.00 is available: grant $3.00 first, or set a lower floor.',
      },
    },
  });
});

test('closing a project revokes its keys, once; it gets no more', async () => {
  await post('/projects', { name: 'gone' });
  const key = (await post('/keys', { kind: 'test', project: 'gone' })).body;
  const closed = await post('/projects/gone/close');
  expect(closed.body.closed_at).toEqual(expect.any(Number));
  expect((await post('/projects/gone/close')).body).toEqual(closed.body);
  expect((await get(`/keys/${key.id}`)).body.revoked_at).toEqual(expect.any(Number));
  expect(await post('/keys', { kind: 'test', project: 'gone' })).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', message: 'The project "gone" is closed; it gets no more keys.' } },
  });
  expect(await post('/projects/default/close')).toMatchObject({
    status: 409,
    body: {
      error: { message: 'default is the project of the first keys and stays open; revoke its keys instead.' },
    },
  });
  const { data } = (await get(`/audit?subject=${closed.body.id}`)).body;
  expect(data.map(({ action }: { action: string }) => action)).toEqual(['project.closed', 'project.created']);
});

const MICROS = 'a whole number of micro-dollars';
const refusals: [string, string, unknown, number, string, string][] = [
  [
    'POST',
    '/projects',
    {},
    400,
    'missing_field',
    'name is missing; it must be 1 to 63 lower-case letters, digits and dashes.',
  ],
  [
    'POST',
    '/projects',
    { name: 'Shop' },
    400,
    'invalid_value',
    'name is "Shop"; it must be 1 to 63 lower-case letters, digits and dashes.',
  ],
  [
    'POST',
    '/projects',
    { name: 'default' },
    409,
    'conflict',
    'There is a project "default" already; give this one another name.',
  ],
  [
    'POST',
    '/projects',
    { name: 'a', markups: 2 },
    400,
    'unsupported_field',
    'markups is not known here. Did you mean markup?',
  ],
  [
    'POST',
    '/projects',
    { name: 'a', xyz: 2 },
    400,
    'unsupported_field',
    'xyz is not known here. Known: name, markup, live, test.',
  ],
  [
    'POST',
    '/projects',
    { name: 'a', markup: -1 },
    400,
    'invalid_value',
    'markup is -1; it must be a number from 0 to 1000: what is charged is the vendor’s cost times it.',
  ],
  [
    'POST',
    '/projects',
    { name: 'a', live: { floor_micros: 5 } },
    400,
    'invalid_value',
    `live.floor_micros is 5; it must be ${MICROS}, 0 or less, or null for no limit.`,
  ],
  [
    'POST',
    '/projects',
    { name: 'a', live: 5 },
    400,
    'invalid_value',
    'live is 5; it must be an object with floor_micros.',
  ],
  ['POST', '/projects', { name: 'a', live: { flor: 5 } }, 400, 'unsupported_field', 'live.flor is not known here.'],
  ['POST', '/projects', [], 400, 'invalid_json', 'The body must be a JSON object.'],
  [
    'PATCH',
    '/projects/default',
    { name: 'page-1' },
    409,
    'conflict',
    'There is a project "page-1" already; give this one another name.',
  ],
  ['PATCH', '/projects/nobody', { markup: 2 }, 404, 'not_found', 'There is no project "nobody".'],
  ['GET', '/projects/proj_5', undefined, 404, 'not_found', 'There is no project proj_5.'],
  [
    'GET',
    '/projects?limit=0',
    undefined,
    400,
    'invalid_value',
    'limit is "0"; it must be a whole number from 1 to 100.',
  ],
  ['GET', '/projects?after=5', undefined, 400, 'invalid_value', 'after is "5"; it must be an id as proj_1.'],
  ['GET', '/projects?page=5', undefined, 400, 'unsupported_field', 'page is not known here. Known: limit, after.'],
  ['POST', '/projects/nobody/close', undefined, 404, 'not_found', 'There is no project "nobody".'],
];

test.each(refusals)('%s %s %j is refused in words', async (method, path, body, status, code, message) => {
  const answer = await admin.call(method, `/admin/v1${path}`, body === undefined ? {} : { body });
  expect({ status: answer.status, code: answer.body.error.code, message: answer.body.error.message }).toEqual({
    status,
    code,
    message,
  });
});

test('only an admin key is served, whatever is asked', async () => {
  for (const [kind, key] of [
    ['live', gateway.keys.live],
    ['test', gateway.keys.test],
  ] as const) {
    for (const path of ['/projects', '/projects/default', '/projects/nobody', '/keys', '/keys/key_1', '/audit']) {
      expect(await api(gateway, key).call('GET', `/admin/v1${path}`)).toMatchObject({
        status: 403,
        body: { error: { code: 'not_permitted', message: `This is a ${kind} key; /admin/v1 takes an admin key.` } },
      });
    }
    expect((await api(gateway, key).call('POST', '/admin/v1/projects', { body: { name: 'theirs' } })).status).toBe(403);
  }
  expect((await api(gateway, '').call('GET', '/admin/v1/projects')).status).toBe(401);
  expect((await get('/projects/theirs')).status).toBe(404);
});

test('no answer of the admin API is kept by anything on its way', async () => {
  expect((await get('/projects')).headers.get('cache-control')).toBe('no-store');
});
