import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { advanceClock } from '../../harness/rows.ts';

let gateway: RunningGateway;
let admin: ReturnType<typeof api>;

beforeAll(async () => {
  gateway = await startTestGateway();
  admin = api(gateway, gateway.keys.admin);
});
afterAll(() => discard(gateway));

const set = async (path: string, body: unknown) => (await admin.call('POST', `/admin/v1${path}`, { body })).body;
const list = async (path: string) => (await admin.call('GET', `/admin/v1${path}`)).body.data;
const now = (): number => Math.floor(Date.now() / 1000);

const rate = (usd: number, more: object = {}) => ({ name: 'CNY', value: { usd, date: '2026-11-20' }, ...more });

test('a rate is in force at once, another is scheduled, and comes into force by itself', async () => {
  const first = await set('/rates', rate(0.14));
  expect(first).toEqual({
    id: expect.stringMatching(/^ovr_\d+$/),
    object: 'rate',
    name: 'CNY',
    value: { usd: 0.14, date: '2026-11-20' },
    effective_at: expect.any(Number),
    created_at: expect.any(Number),
    status: 'in_force',
  });
  const second = await set('/rates', rate(0.15, { effective_at: now() + 1000 }));
  expect(second.status).toBe('scheduled');
  expect(await list('/rates')).toEqual([second, first]);
  await advanceClock(gateway.dataFolder, 1001);
  expect(await list('/rates')).toEqual([{ ...second, status: 'in_force' }]);
  expect((await list('/rates?history=true')).map(({ status }: { status: string }) => status)).toEqual([
    'in_force',
    'replaced',
  ]);
  expect(await list('/prices')).toEqual([]);
});

test('what is scheduled can be cancelled, what is in force only be set anew', async () => {
  const later = await set('/models', { name: 'viduq3t-540p', value: { withdrawn: true }, effective_at: now() + 9000 });
  const cancel = (id: string, kind = 'models') => admin.call('DELETE', `/admin/v1/${kind}/${id}`);
  expect((await cancel(later.id, 'rates')).body.error.message).toBe(`There is no rate ${later.id}.`);
  expect((await cancel('5')).body.error.message).toBe('There is no model 5; its id is as ovr_123.');
  expect((await cancel(later.id)).body).toEqual(later);
  expect((await cancel(later.id)).status).toBe(404);
  const shipped = await set('/models', { name: 'viduq3t-540p', value: null });
  expect(shipped).toMatchObject({ value: null, status: 'in_force' });
  expect((await cancel(shipped.id)).body.error).toMatchObject({
    code: 'conflict',
    message: `${shipped.id} has come into force and stays in the history; set viduq3t-540p anew, with the value null for what is shipped.`,
  });
  const log = (await admin.call('GET', '/admin/v1/audit?subject=model%20viduq3t-540p')).body.data;
  expect(log).toMatchObject([
    { action: 'model.set', before: null, after: { value: null } },
    { action: 'model.cancelled', before: { value: { withdrawn: true } }, after: null },
    { action: 'model.set', before: null, after: { value: { withdrawn: true } } },
  ]);
});

test.each<[unknown, string, string]>([
  [{ value: null }, 'name', 'name is missing; it must be a text.'],
  [
    { name: 'CNY' },
    'value',
    'value is missing; it must be what docs/money.md has for it, or null for what is shipped.',
  ],
  [
    rate(1, { effective_at: 'soon' }),
    'effective_at',
    'effective_at is "soon"; it must be unix seconds that do not lie in the past.',
  ],
  [rate(1, { from: 1 }), 'from', 'from is not known here. Known: name, value, effective_at.'],
])('an override as %j is refused in words', async (body, param, message) => {
  expect((await set('/rates', body)).error).toMatchObject({ param, message });
});

test('one from a moment in the past is refused: what was quoted stays', async () => {
  const { error } = await set('/rates', rate(1, { effective_at: 1000 }));
  expect(error.message).toMatch(
    /^effective_at is 1000; it must not lie in the past \(now is \d{10}\): what was quoted stays as it was quoted\.$/,
  );
});

test('what cannot be used is refused by its place, and what is set counts at once', async () => {
  const quote = async (model: string) =>
    (await api(gateway).call('POST', '/v1/video/quotes', { body: { model, prompt: 'a fox', duration: 5 } })).body;
  const { error } = await set('/prices', {
    name: 'vidu/viduq3-turbo',
    value: { date: '2026-11-20', micros_per_credit: 'few' },
  });
  expect(error).toMatchObject({
    code: 'invalid_value',
    param: 'value.micros_per_credit',
    message:
      'value.micros_per_credit is "few"; it must be a whole number of millionths of the currency, 0 to 1000000000000.',
  });
  expect((await set('/prices', { name: 'vidu/viduq4', value: null })).error).toMatchObject({
    param: 'name',
    message: expect.stringMatching(
      /^name is "vidu\/viduq4", which is no provider and model of a vendor here\. Did you/,
    ),
  });
  await set('/prices', { name: 'vidu/viduq3-turbo', value: { date: '2026-11-20', micros_per_credit: 7_000 } });
  expect((await quote('viduq3t-720p')).quoted_micros).toBe(55 * 7_000);
  await set('/models', { name: 'our-fox', value: { family: 'vidu', routes: [{ provider: 'vidu', model: 'viduq1' }] } });
  expect(await quote('our-fox')).toMatchObject({ model: 'our-fox', routes: [{ provider: 'vidu', model: 'viduq1' }] });
  await set('/prices', { name: 'vidu/viduq3-turbo', value: null });
  expect((await quote('viduq3t-720p')).quoted_micros).toBe(55 * 5_000);
});
