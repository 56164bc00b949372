import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { rows } from '../../harness/rows.ts';

const BODY = { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 };

let gateway: RunningGateway;
let admin: ReturnType<typeof api>;

beforeAll(async () => {
  gateway = await startTestGateway();
  admin = api(gateway, gateway.keys.admin);
  await post('/projects', { name: 'shop' });
});
afterAll(() => discard(gateway));

const post = (path: string, body?: unknown) =>
  admin.call('POST', `/admin/v1${path}`, body === undefined ? {} : { body });
const patch = (path: string, body: unknown) => admin.call('PATCH', `/admin/v1${path}`, { body });
const get = (path: string) => admin.call('GET', `/admin/v1${path}`);
const newKey = async (more: object = {}) => (await post('/keys', { kind: 'test', project: 'shop', ...more })).body;

test('a key is shown once, works, and is kept as a hash', async () => {
  const { key, ...shown } = await newKey({ name: 'checkout' });
  expect(key).toMatch(/^sk-test-[\w-]{32}$/);
  expect(shown).toEqual({
    id: expect.stringMatching(/^key_\d+$/),
    object: 'key',
    kind: 'test',
    project: expect.stringMatching(/^proj_\d+$/),
    project_name: 'shop',
    name: 'checkout',
    hint: key.slice(-4),
    created_at: expect.any(Number),
    revoked_at: null,
    models: null,
    expires_at: null,
    budget_micros: null,
    daily_budget_micros: null,
    per_minute: null,
    in_flight: null,
    sources: null,
    use: { committed_micros: 0, today_micros: 0, in_flight: 0 },
  });
  expect((await get(`/keys/${shown.id}`)).body).toEqual(shown);
  expect((await get('/keys?project=shop')).body.data).toContainEqual(shown);
  expect((await get(`/keys?project=${shown.project}&limit=1`)).body.data).toEqual([shown]);
  expect((await api(gateway, key).create(BODY)).status).toBe(200);
  const tables = await rows(
    gateway.dataFolder,
    `select row_to_json(k)::text || coalesce((select string_agg(row_to_json(l)::text, '') from audit_log l), '') as text from api_keys k`,
  );
  expect(tables.some(({ text }) => text.includes(key))).toBe(false);
});

test('what a key uses is shown with it', async () => {
  const key = await newKey({ budget_micros: 50_000_000 });
  const { body } = await api(gateway, key.key).create({ ...BODY, prompt: 'a fox [test:stuck]' });
  expect((await get(`/keys/${key.id}`)).body.use).toEqual({
    committed_micros: body.cost.held_micros,
    today_micros: body.cost.held_micros,
    in_flight: 1,
  });
});

test('limits are set, changed alone and taken away, and count from then on', async () => {
  const limits = {
    models: ['viduq3*', 'veo*'],
    expires_at: Math.floor(Date.now() / 1000) + 3600,
    budget_micros: 1,
    daily_budget_micros: 2_000_000,
    per_minute: 60,
    in_flight: 3,
    sources: ['127.0.0.0/8', '::1'],
  };
  const key = await newKey(limits);
  expect(key).toMatchObject(limits);
  const caller = api(gateway, key.key);
  expect((await caller.create(BODY)).body.error.code).toBe('insufficient_balance');
  expect((await patch(`/keys/${key.id}`, { budget_micros: null, name: 'renamed' })).body).toMatchObject({
    ...limits,
    budget_micros: null,
    name: 'renamed',
  });
  expect((await caller.create(BODY)).status).toBe(200);
  const narrow = await patch(`/keys/${key.id}`, { models: ['veo*'] });
  expect(narrow.body).toMatchObject({ models: ['veo*'], per_minute: 60 });
  // Another process would have to forget what it knows of the key; this one does so within two seconds too.
  await expect
    .poll(async () => (await caller.create(BODY)).body.error?.code, { timeout: 5000 })
    .toBe('model_not_allowed');
});

test('a pattern that fits no model is accepted with a warning', async () => {
  const { warnings, models } = await newKey({ models: ['vidoq3t-720p', 'viduq3*', 'viduq3-turbo'] });
  expect(models).toHaveLength(3);
  expect(warnings).toEqual([
    {
      code: 'no_such_model',
      param: 'models[0]',
      message: 'models[0] is "vidoq3t-720p", which no model fits. Did you mean viduq3t-720p?',
    },
  ]);
});

test('after a revocation no create passes, and reads end within two seconds', async () => {
  const key = await newKey();
  const caller = api(gateway, key.key);
  const { body } = await caller.create(BODY);
  const revoked = await post(`/keys/${key.id}/revoke`);
  expect(revoked.body.revoked_at).toEqual(expect.any(Number));
  expect((await caller.create(BODY)).body.error.code).toBe('invalid_key');
  await expect.poll(async () => (await caller.get(body.id)).status, { timeout: 3000 }).toBe(401);
  expect((await post(`/keys/${key.id}/revoke`)).body).toEqual({ ...revoked.body, use: expect.anything() });
  const { data } = (await get(`/audit?subject=${key.id}`)).body;
  expect(data).toMatchObject([
    { action: 'key.revoked', before: { revoked: false }, after: { revoked: true } },
    { action: 'key.created', before: null, after: { kind: 'test', project: key.project } },
  ]);
  expect(data[0].actor).toMatch(/^key_\d+$/);
});

test('creates that race with a revocation are accepted before it or not at all', async () => {
  const key = await newKey();
  const caller = api(gateway, key.key);
  let revokedAt = Number.POSITIVE_INFINITY;
  const late: number[] = [];
  const creates = Array.from({ length: 40 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * 3));
    const sentAt = performance.now();
    const { status } = await caller.create(BODY);
    if (sentAt > revokedAt) late.push(status);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await post(`/keys/${key.id}/revoke`);
  revokedAt = performance.now();
  await Promise.all(creates);
  expect(late.every((status) => status === 401)).toBe(true);
});

test('another admin key is made with a source and an expiry, and the last one stays', async () => {
  const other = (await post('/keys', { kind: 'admin', name: 'deploy', sources: ['127.0.0.1'] })).body;
  expect(other).toMatchObject({ kind: 'admin', project: null, project_name: null });
  expect(other.key).toMatch(/^sk-admin-/);
  const second = api(gateway, other.key);
  const first = (await get('/keys?limit=100')).body.data.find(
    ({ kind, id }: { kind: string; id: string }) => kind === 'admin' && id !== other.id,
  );
  expect((await post(`/keys/${other.id}/revoke`)).status).toBe(200);
  expect((await post(`/keys/${first.id}/revoke`)).body.error).toMatchObject({
    code: 'conflict',
    message: `${first.id} is the last admin key; create another one first.`,
  });
  await expect.poll(async () => (await second.call('GET', '/admin/v1/keys')).status, { timeout: 3000 }).toBe(401);
});

const SOURCE = 'an address or a network, such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32';
const refusals: [object, number, string, string, string][] = [
  [{}, 400, 'missing_field', 'kind', 'kind is missing; it must be one of live, test, admin.'],
  [{ kind: 'root' }, 400, 'invalid_value', 'kind', 'kind is "root"; it must be one of live, test, admin.'],
  [
    { kind: 'live' },
    400,
    'missing_field',
    'project',
    'project is missing; a live key belongs to a project: give its id or name.',
  ],
  [{ kind: 'live', project: 'nobody' }, 404, 'not_found', '', 'There is no project "nobody".'],
  [
    { kind: 'admin', project: 'shop' },
    400,
    'unsupported_field',
    'project',
    'project is given; an admin key is for all projects and takes none.',
  ],
  [
    { kind: 'admin', per_minute: 5 },
    400,
    'unsupported_field',
    'per_minute',
    'per_minute is given; an admin key makes no generations and takes only expires_at and sources.',
  ],
  [
    { models: [] },
    400,
    'invalid_value',
    'models',
    'models is []; it must be a list of 1 to 100 names of models, in which * stands for any characters; or null for all.',
  ],
  [
    { models: ['a b'] },
    400,
    'invalid_value',
    'models[0]',
    'models[0] is "a b"; it must be the name of a model, in which * stands for any characters.',
  ],
  [
    { budget_micros: -1 },
    400,
    'invalid_value',
    'budget_micros',
    'budget_micros is -1; it must be a whole number of micro-dollars (1000000 is one dollar), 0 or more.',
  ],
  [
    { per_minute: 0 },
    400,
    'invalid_value',
    'per_minute',
    'per_minute is 0; it must be a whole number above 0, or null for no limit.',
  ],
  [
    { in_flight: 1.5 },
    400,
    'invalid_value',
    'in_flight',
    'in_flight is 1.5; it must be a whole number above 0, or null for no limit.',
  ],
  [
    { sources: ['10.0.0.0/40'] },
    400,
    'invalid_value',
    'sources[0]',
    `sources[0] is "10.0.0.0/40"; it must be ${SOURCE}.`,
  ],
  [
    { sources: ['example.com'] },
    400,
    'invalid_value',
    'sources[0]',
    `sources[0] is "example.com"; it must be ${SOURCE}.`,
  ],
  [
    { expires_at: '2030' },
    400,
    'invalid_value',
    'expires_at',
    'expires_at is "2030"; it must be unix seconds that lie in the future, or null for never.',
  ],
  [{ budget: 5 }, 400, 'unsupported_field', 'budget', 'budget is not known here.'],
];

test.each(refusals)('a key as %j is refused in words', async (body, status, code, param, message) => {
  const isWhole = 'kind' in body || Object.keys(body).length === 0;
  const answer = await post('/keys', isWhole ? body : { kind: 'live', project: 'shop', ...body });
  const { error } = answer.body;
  expect({ status: answer.status, code: error.code, param: error.param ?? '', message: error.message }).toEqual({
    status,
    code,
    param,
    message: code === 'unsupported_field' && param === 'budget' ? expect.stringContaining(message) : message,
  });
});

test('an expiry that has passed is refused', async () => {
  const { body } = await post('/keys', { kind: 'test', project: 'shop', expires_at: 1000 });
  expect(body.error.message).toMatch(/^expires_at is 1000; it must lie in the future \(now is \d{10}\)\.$/);
});

test('a key that is not there, is revoked, or is an admin’s is not changed', async () => {
  expect((await get('/keys/key_5')).body.error.message).toBe('There is no key key_5.');
  expect((await get('/keys/5')).body.error.message).toBe('There is no key 5; the id of a key is as key_123.');
  expect((await post('/keys/key_5/revoke')).status).toBe(404);
  const key = await newKey();
  await post(`/keys/${key.id}/revoke`);
  expect((await patch(`/keys/${key.id}`, { per_minute: 5 })).body.error).toMatchObject({
    code: 'conflict',
    message: `${key.id} is revoked and stays as it is; create another key.`,
  });
  const { data } = (await get('/keys?limit=100')).body;
  const own = data.find(({ kind }: { kind: string }) => kind === 'admin');
  expect((await patch(`/keys/${own.id}`, { per_minute: 5 })).body.error.code).toBe('unsupported_field');
});
