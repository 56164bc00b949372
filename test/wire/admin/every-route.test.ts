import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_ROUTES } from '../../../src/http/admin/describe.ts';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

/** Every call is held against docs/openapi.json by the harness; these tests see to it that every route is called. */

let gateway: RunningGateway;
let admin: ReturnType<typeof api>;
let generation: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  admin = api(gateway, gateway.keys.admin);
  const caller = api(gateway);
  const { body } = await caller.create({ model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 });
  generation = (await caller.finished(body.id)).body.id;
});
afterAll(() => discard(gateway));

let made = 0;
const post = async (path: string, body: object) => (await admin.call('POST', `/admin/v1${path}`, { body })).body;

const LATER = 4_000_000_000;
/** Values that each kind of override takes. */
const OVERRIDES: Readonly<Record<string, object>> = {
  prices: { name: 'vidu/viduq3-turbo', value: null },
  rates: { name: 'CNY', value: { usd: 0.14, date: '2026-11-20' } },
  models: { name: 'viduq3t-540p', value: { withdrawn: true } },
};

/** What stands in for each parameter of a path: a thing of its own, so that no call disturbs another. */
const NEW: Readonly<Record<string, (kind: string) => Promise<string>>> = {
  project: async () => (await post('/projects', { name: `own-${++made}` })).name,
  key: async () => (await post('/keys', { kind: 'test', project: 'default' })).id,
  channel: async () => {
    const origin = 'http://127.0.0.1:1';
    return (await post('/channels', { name: `own-${++made}`, provider: 'vidu', credentials: 'a-key', origin })).name;
  },
  override: async (kind) => (await post(`/${kind}`, { ...OVERRIDES[kind], effective_at: LATER })).id,
  id: async () => generation,
};

const BODIES: Readonly<Record<string, object>> = {
  'post /projects': { name: 'own' },
  'patch /projects/{project}': { markup: 1.5 },
  'post /projects/{project}/grants': { livemode: true, amount_micros: 1, cause: 'a gift' },
  'post /keys': { kind: 'live', project: 'default' },
  'patch /keys/{key}': { per_minute: 5 },
  'post /channels': { name: 'mine', provider: 'ark', credentials: 'a-key' },
  'patch /channels/{channel}': { concurrency: 2 },
  'post /channels/{channel}/credentials': { credentials: 'another-key' },
  'post /generations/{id}/refund': { cause: 'blank' },
  ...Object.fromEntries(
    Object.entries(OVERRIDES).map(([kind, body]) => [`post /${kind}`, { ...body, effective_at: LATER }]),
  ),
};

test.each(ADMIN_ROUTES.map(({ method, path }) => [method, path.replace('/admin/v1', '')] as const))(
  '%s %s answers as it says, and nobody else',
  async (method, template) => {
    const [, kind = ''] = template.split('/');
    const [, name] = /\{(\w+)\}/.exec(template) ?? [];
    const value = name === undefined ? '' : ((await NEW[name]?.(kind)) ?? '');
    const path = `/admin/v1${template.replace(`{${name}}`, value)}`;
    const body = BODIES[`${method} ${template}`];
    const call = (key?: string) =>
      (key === undefined ? admin : api(gateway, key)).call(method.toUpperCase(), path, body && { body });
    expect((await call(gateway.keys.live)).status).toBe(403);
    expect((await call(gateway.keys.test)).body.error.code).toBe('not_permitted');
    expect((await call('')).status).toBe(401);
    expect((await call()).status).toBe(200);
  },
);

test('docs/admin.md has every route and every word of the audit log', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/admin.md'), 'utf8');
  for (const { method, path } of ADMIN_ROUTES)
    expect(page).toContain(`\`${method.toUpperCase()} ${path.replace('/admin/v1', '')}\``);
  const { data } = (await admin.call('GET', '/admin/v1/audit?limit=100')).body;
  for (const { action } of data) expect(page).toContain(`\`${action}\``);
});
