import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { rows } from '../../harness/rows.ts';
import { json, startVendorServer, type VendorServer } from '../../harness/vendor-server.ts';

let gateway: RunningGateway;
let vendor: VendorServer;
let folder: string;
let admin: ReturnType<typeof api>;

/** Configures a channel to a vendor of the test's own. */
let configured: Readonly<Record<string, string>>;

beforeAll(async () => {
  vendor = await startVendorServer();
  folder = await mkdtemp(join(tmpdir(), 'onereel-channels-'));
  const file = join(folder, 'onereel.yaml');
  const entry = { name: 'vidu', provider: 'vidu', credentials: 'vda_of_the_file', origin: vendor.origin };
  await writeFile(file, JSON.stringify({ channels: [entry] }));
  configured = { ONEREEL_CONFIG: file };
  gateway = await startTestGateway({ env: configured });
  admin = api(gateway, gateway.keys.admin);
});
afterAll(async () => {
  await discard(gateway);
  await rm(folder, { recursive: true });
  await vendor.close();
});

const post = (path: string, body?: unknown) =>
  admin.call('POST', `/admin/v1/channels${path}`, body === undefined ? {} : { body });
const patch = (path: string, body: unknown) => admin.call('PATCH', `/admin/v1/channels${path}`, { body });
const get = (path = '') => admin.call('GET', `/admin/v1/channels${path}`);
const channel = (name: string, more: object = {}) => ({
  name,
  provider: 'byteplus',
  credentials: 'a-very-secret-key',
  origin: vendor.origin,
  ...more,
});

test('channels of the configuration and of the sandbox are listed beside those that are made', async () => {
  const { body } = await post('', channel('own', { settings: { usual_seconds: 5 }, concurrency: 3 }));
  expect(body).toEqual({
    object: 'channel',
    name: 'own',
    provider: 'byteplus',
    livemode: true,
    managed_by: 'api',
    state: 'open',
    drained_by_operator: false,
    paused_until: null,
    concurrency: 3,
    running: 0,
    origins: { '*': vendor.origin },
    settings: { usual_seconds: 5 },
    version: expect.stringMatching(/^ver_\d+$/),
    version_at: expect.any(Number),
  });
  expect((await get('/own')).body).toEqual(body);
  const { data } = (await get()).body;
  expect(data).toContainEqual(body);
  expect(data).toContainEqual(expect.objectContaining({ name: 'vidu', managed_by: 'configuration', state: 'open' }));
  expect(data).toContainEqual(
    expect.objectContaining({ name: 'sandbox-vidu', managed_by: 'sandbox', livemode: false }),
  );
});

test('credentials are replaced at once, old ones come back as they were, and none is ever shown or written down', async () => {
  const first = (await post('', channel('sealed'))).body;
  const second = (await post('/sealed/credentials', { credentials: { apiKey: 'another-secret-key' } })).body;
  expect(second.version).not.toBe(first.version);
  expect(second).toMatchObject({ origins: first.origins, settings: first.settings });
  vendor.answer(json({ data: [] }));
  await post('/sealed/test');
  expect(vendor.requests.at(-1)?.headers.authorization).toBe('Bearer another-secret-key');
  expect((await post('/sealed/credentials', { credentials: 'a-very-secret-key' })).body.version).toBe(first.version);
  await post('/sealed/test');
  expect(vendor.requests.at(-1)?.headers.authorization).toBe('Bearer a-very-secret-key');
  const { body: log } = await admin.call('GET', '/admin/v1/audit?subject=sealed');
  expect(log.data.map(({ action }: { action: string }) => action)).toEqual([
    'channel.credentials-replaced',
    'channel.credentials-replaced',
    'channel.created',
  ]);
  const stored = await rows(
    gateway.dataFolder,
    `select row_to_json(c)::text as text from credentials c union all
    select row_to_json(l)::text from audit_log l`,
  );
  const shown = [stored.map(({ text }) => text), log, (await get()).body, gateway.output()];
  expect(JSON.stringify(shown)).not.toMatch(/secret-key|of_the_file/);
});

test('origins, settings and concurrency change, each alone', async () => {
  await post('', channel('changed', { settings: { usual_seconds: 5 } }));
  expect((await patch('/changed', { concurrency: 7 })).body).toMatchObject({
    concurrency: 7,
    settings: { usual_seconds: 5 },
    origins: { '*': vendor.origin },
  });
  const moved = await patch('/changed', { origins: { api: 'https://ark.example/' } });
  expect(moved.body).toMatchObject({ concurrency: 7, origins: { api: 'https://ark.example' } });
  expect((await patch('/changed', { settings: {} })).body).toMatchObject({
    settings: {},
    origins: { api: 'https://ark.example' },
  });
});

test('a live key reaches a vendor through a channel that was just made, and not once it is drained', async () => {
  const live = api(gateway, gateway.keys.live);
  const create = async () => (await live.create({ model: 'viduq3t-540p', prompt: 'a fox', duration: 1 })).body;
  expect((await get('/vidu')).body.state).toBe('open');
  expect((await post('/vidu/drain')).body).toMatchObject({ state: 'drained', drained_by_operator: true });
  await expect.poll(async () => (await create()).error?.code, { timeout: 5000 }).toBe('no_channel');
  vendor.answer(json({ task_id: '1', state: 'created' }));
  await post('', channel('vidu-own', { provider: 'vidu', settings: { usual_seconds: 0.1 } }));
  await expect.poll(async () => (await create()).id, { timeout: 5000 }).toMatch(/^task_/);
  await expect.poll(() => vendor.requests.some(({ url }) => url.includes('text2video'))).toBe(true);
  // What runs is asked about with the credentials it was made with, whatever has been set since.
  await post('/vidu-own/credentials', { credentials: 'another-secret-key' });
  expect((await post('/vidu-own/drain')).body.state).toBe('drained');
  const since = vendor.requests.length;
  const looks = () => vendor.requests.slice(since).filter(({ method }) => method === 'GET');
  await expect.poll(() => looks().length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(new Set(looks().map(({ headers }) => headers.authorization))).toEqual(new Set(['Token a-very-secret-key']));
  await expect.poll(async () => (await create()).error?.code, { timeout: 5000 }).toBe('no_channel');
});

test('made, drained and open channels are so after a restart', async () => {
  await post('', channel('stays'));
  await post('', channel('stays-drained'));
  await post('/stays-drained/drain');
  await post('/vidu/drain');
  await gateway.stop();
  const { dataFolder } = gateway;
  gateway = await startTestGateway({ dataFolder, env: configured });
  admin = api(gateway, gateway.keys.admin);
  const states = async () =>
    Object.fromEntries(
      (await get()).body.data.map(({ name, state }: { name: string; state: string }) => [name, state]),
    );
  expect(await states()).toMatchObject({ stays: 'open', 'stays-drained': 'drained', vidu: 'drained' });
  expect((await post('/vidu/open')).body).toMatchObject({ state: 'open', drained_by_operator: false });
  expect((await post('/stays-drained/open')).body.state).toBe('open');
});

test('a configured channel takes no name of one that was made', async () => {
  await post('', channel('ark', { provider: 'ark' }));
  await gateway.stop();
  const { dataFolder } = gateway;
  await expect(startTestGateway({ dataFolder, env: { ...configured, ARK_API_KEY: 'a-key-of-ark' } })).rejects.toThrow(
    'Channel ark exists already, with another provider or made by the admin API; give the new one another name.',
  );
  gateway = await startTestGateway({ dataFolder, env: configured });
  admin = api(gateway, gateway.keys.admin);
});

test('a test asks the vendor what costs nothing, and says what it answered', async () => {
  await post('', channel('asked'));
  await post('', channel('asked-vidu', { provider: 'vidu' }));
  const since = vendor.requests.length;
  vendor.answer(json({ data: [], total: 0, remains: [] }));
  for (const [name, path] of [
    ['asked', '/api/v3/contents/generations/tasks'],
    ['asked-vidu', '/ent/v2/credits'],
  ] as const) {
    expect((await post(`/${name}/test`)).body).toMatchObject({
      object: 'channel_test',
      channel: name,
      ok: true,
      result: 'ok',
    });
    expect(vendor.requests.at(-1)).toMatchObject({ method: 'GET', url: expect.stringContaining(path) });
  }
  vendor.answer(json({ error: { code: 'AuthenticationError', message: 'no' } }, 401));
  expect((await post('/asked/test')).body).toMatchObject({
    ok: false,
    result: 'refused',
    message: 'BytePlus ModelArk refuses the credentials',
    fix: expect.stringContaining('Check that the key is whole'),
  });
  expect(vendor.requests.slice(since).every(({ method }) => method === 'GET')).toBe(true);
  await patch('/asked', { origin: 'http://127.0.0.1:1' });
  expect((await post('/asked/test')).body).toMatchObject({
    ok: false,
    result: 'unanswered',
    message: expect.stringContaining('BytePlus ModelArk does not answer: '),
  });
  expect((await post('/sandbox-vertex/test')).body).toMatchObject({ ok: true });
});

const NAME = '1 to 63 lower-case letters, digits and dashes, not beginning with sandbox-';
const refusals: [object, string, string, string][] = [
  [{ name: 'Own' }, 'invalid_value', 'name', `name is "Own"; it must be ${NAME}.`],
  [{ name: 'sandbox-vidu' }, 'invalid_value', 'name', `name is "sandbox-vidu"; it must be ${NAME}.`],
  [{ name: 'vidu' }, 'conflict', 'name', 'There is a channel "vidu" already; give this one another name.'],
  [
    { provider: 'sora' },
    'invalid_value',
    'provider',
    'provider is "sora"; it must be vidu, vidu-cn, byteplus, ark or vertex.',
  ],
  [
    { credentials: undefined },
    'missing_field',
    'credentials',
    'credentials is missing; it must be the key as a text, or an object as the vendor’s docs have it.',
  ],
  [
    { credentials: ['sk-secret'] },
    'invalid_value',
    'credentials',
    'credentials is not usable; it must be the key as a text, or an object as the vendor’s docs have it.',
  ],
  [
    { credentials: 'sk secret' },
    'invalid_value',
    'credentials.apiKey',
    'credentials.apiKey cannot be used for BytePlus ModelArk: must be visible ASCII characters without spaces.',
  ],
  [
    { origin: undefined, origins: { token: 'https://a.example' } },
    'unsupported_field',
    'origins.token',
    'origins.token is not known; BytePlus ModelArk has * or api (* stands for all).',
  ],
  [
    { origin: 'ftp://a.example' },
    'invalid_value',
    'origins.*',
    'origins.* must be an http or https URL without user, password, query and fragment.',
  ],
  [
    { origin: 'https://user:sk-secret@a.example' },
    'invalid_value',
    'origins.*',
    'origins.* must be an http or https URL without user, password, query and fragment.',
  ],
  [
    { origins: { api: 'https://a.example' } },
    'conflicting_inputs',
    'origin',
    'origin and origins are both given; origin stands for all hosts of a vendor, origins names each.',
  ],
  [
    { settings: { bucket: 'a' } },
    'unsupported_field',
    'settings.bucket',
    'settings.bucket is no setting; it must be one of usual_seconds, models.',
  ],
  [
    { settings: { usual_seconds: -1 } },
    'invalid_value',
    'settings.usual_seconds',
    'settings.usual_seconds is -1; it must be a number of seconds above 0, at most 172800.',
  ],
  [{ concurrency: 0 }, 'invalid_value', 'concurrency', 'concurrency is 0; it must be a whole number above 0.'],
  [
    { weight: 2 },
    'unsupported_field',
    'weight',
    'weight is not known here. Known: name, provider, credentials, origin, origins, settings, concurrency.',
  ],
];

test.each(refusals)('a channel with %j is refused in words', async (more, code, param, message) => {
  const { body } = await post('', channel('refused', more));
  expect(body.error).toMatchObject({ code, param, message });
  expect(JSON.stringify(body)).not.toContain('secret');
});

test('what is not there, or is of a configuration or the sandbox, is not changed', async () => {
  const NOBODY = 'There is no channel "nobody".';
  expect((await get('/nobody')).body.error.message).toBe(NOBODY);
  for (const path of ['/nobody/drain', '/nobody/open', '/nobody/test'])
    expect((await post(path)).body.error.message).toBe(NOBODY);
  expect((await patch('/nobody', { concurrency: 1 })).body.error.message).toBe(NOBODY);
  expect((await post('/nobody/credentials', { credentials: 'a' })).body.error.message).toBe(NOBODY);
  expect((await patch('/vidu', { concurrency: 1 })).body.error).toMatchObject({
    code: 'conflict',
    message:
      'vidu is configured in the environment or onereel.yaml of a gateway: change it there. Here it can be drained and opened.',
  });
  expect((await post('/sandbox-vidu/credentials', { credentials: 'vda_another' })).body.error).toMatchObject({
    code: 'conflict',
    message: 'sandbox-vidu is a channel of the sandbox and stays as it is; it can be drained and opened.',
  });
});
