import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { newKey } from '../../harness/new-key.ts';

const FOX = { model: 'viduq3t-540p', prompt: 'a fox [test:stuck]', duration: 1 };
const NOTHING = 'Nothing was sent and nothing is held.';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => discard(gateway));

/** A create with a new key that is limited so, after these before it. */
async function refused(limits: Readonly<Record<string, unknown>>, body: object = FOX, before = 0) {
  const speak = api(gateway, await newKey(gateway, limits));
  for (let made = 0; made < before; made += 1) expect((await speak.create(FOX)).status).toBe(200);
  return speak.create(body);
}

test('a key with a budget is told how much is missing', async () => {
  const price = (await api(gateway).create(FOX)).body.cost.quoted_micros;
  expect(price).toBe(35_000);
  const { status, body } = await refused({ budget_micros: 60_000 }, FOX, 1);
  expect([status, body.error.code, body.error.type]).toEqual([402, 'insufficient_balance', 'billing_error']);
  expect(body.error.message).toBe(
    `Of the budget of this key, $0.06, there is left $0.025; this request may cost $0.035, so $0.01 is missing. ${NOTHING}`,
  );
});

test('a daily budget says until when', async () => {
  const { status, body, headers } = await refused({ daily_budget_micros: 0 });
  expect([status, body.error.code]).toEqual([402, 'insufficient_balance']);
  expect(body.error.message).toBe(
    `Of the daily budget of this key, $0.00 until midnight UTC, there is left $0.00; this request may cost $0.035, so $0.035 is missing. ${NOTHING}`,
  );
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a project without enough money is told so, in Vidu’s protocol as CreditInsufficient', async () => {
  const key = await newKey(gateway, {}, { floorMicros: 0 });
  const { status, body } = await api(gateway, key).create(FOX);
  expect([status, body.error.code]).toEqual([402, 'insufficient_balance']);
  const missing = `The project has $0.00; this request may cost $0.035, so $0.035 is missing. ${NOTHING}`;
  expect(body.error.message).toBe(missing);
  const vidu = await api(gateway, key).call('POST', '/ent/v2/text2video', {
    body: { model: 'viduq3-turbo', prompt: 'a fox', duration: 1, resolution: '540p' },
  });
  expect(vidu).toMatchObject({ status: 400, body: { code: 400, reason: 'CreditInsufficient', message: missing } });
});

test('generations in flight and creates a minute are limited with 429 and headers', async () => {
  const flight = await refused({ in_flight_limit: 2 }, FOX, 2);
  expect([flight.status, flight.body.error.code, flight.body.error.type]).toEqual([
    429,
    'concurrency_limited',
    'rate_limit_error',
  ]);
  expect(flight.body.error.message).toBe(
    `This key may have 2 generations in flight, and has as many. Wait until one ends. ${NOTHING}`,
  );
  expect(flight.headers.get('x-ratelimit-limit')).toBe('2');
  const limited = api(gateway, await newKey(gateway, { per_minute: 1 }));
  // A minute may begin in between, two do not.
  const answers = [await limited.create(FOX), await limited.create(FOX), await limited.create(FOX)];
  const rate = answers.find(({ status }) => status !== 200);
  if (rate === undefined) throw new Error('three creates in one minute were accepted');
  expect([rate.status, rate.body.error.code]).toEqual([429, 'rate_limited']);
  expect(rate.body.error.message).toBe(`This key may create 1 generation a minute, and did. ${NOTHING}`);
  for (const name of ['retry-after', 'x-ratelimit-reset']) {
    expect(Number(rate.headers.get(name))).toBeGreaterThan(0);
    expect(Number(rate.headers.get(name))).toBeLessThanOrEqual(60);
  }
  expect([rate.headers.get('x-ratelimit-limit'), rate.headers.get('x-ratelimit-remaining')]).toEqual(['1', '0']);
});

test('a key for some models is refused others by name, before anything is fetched', async () => {
  const { status, body } = await refused({ models: ['seedance*', 'veo*-fast-*'] });
  expect([status, body.error.code, body.error.param]).toEqual([403, 'model_not_allowed', 'model']);
  expect(body.error.message).toBe(`This key may not use viduq3t-540p. It may use seedance*, veo*-fast-*. ${NOTHING}`);
  expect((await refused({ models: ['vidu*t-540p'] })).status).toBe(200);
});

test('a key that has expired, was revoked or is used from elsewhere opens nothing', async () => {
  const expired = await newKey(gateway, { expires_at: '2020-01-01' });
  const elsewhere = await newKey(gateway, { sources: ['10.0.0.0/8', '2001:db8::1'] });
  const here = await newKey(gateway, { sources: ['127.0.0.0/8', '::1'] });
  const revoked = await newKey(gateway, { revoked_at: '2020-01-01' });
  const answers = await Promise.all(
    [expired, elsewhere, revoked, here].map((key) => api(gateway, key).call('GET', '/v1/models')),
  );
  expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual([
    [401, 'key_expired'],
    [401, 'invalid_key'],
    [401, 'invalid_key'],
    [200, undefined],
  ]);
  expect(answers[0]?.body.error.message).toBe(
    `The API key ending in …${expired.slice(-4)} has expired. Ask for a new one.`,
  );
  expect(answers[1]?.body.error.message).toBe(
    `The API key ending in …${elsewhere.slice(-4)} may not be used from 127.0.0.1.`,
  );
});

test('behind a trusted proxy the caller’s own address counts, and behind no other', async () => {
  const trusting = await startTestGateway({ env: { ONEREEL_TRUST_PROXY: '127.0.0.1' } });
  const ask = async (at: RunningGateway, forwarded: string) => {
    const speak = api(at, await newKey(at, { sources: ['10.0.0.0/8'] }));
    const headers = { 'x-forwarded-for': forwarded };
    const { status, body } = await speak.call('GET', '/v1/video/generations', { headers });
    return status === 200 ? 200 : body.error.message.replace(/ending in …\w+/, '…');
  };
  try {
    expect(await ask(trusting, '10.1.2.3')).toBe(200);
    expect(await ask(trusting, '10.1.2.3, 192.0.2.1')).toBe('The API key … may not be used from 192.0.2.1.');
    expect(await ask(gateway, '10.1.2.3')).toBe('The API key … may not be used from 127.0.0.1.');
  } finally {
    await discard(trusting);
  }
});

test('every form in which clients send a key reaches the same check', async () => {
  const key = gateway.keys.test;
  const speak = api(gateway, '');
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { authorization: `Token ${key}` },
    { authorization: `Key ${key}` },
    { authorization: `bearer  ${key} ` },
    { 'x-goog-api-key': key },
    { 'api-key': key },
  ]) {
    for (const path of ['/v1/models', '/v1/video/generations', '/v1/files', '/ent/v2/tasks'])
      expect([path, (await speak.call('GET', path, { headers })).status]).toEqual([path, 200]);
    const wrong = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value.trim()}x`]));
    expect((await speak.call('GET', '/v1/video/generations', { headers: wrong })).status).toBe(401);
  }
  expect((await speak.call('GET', `/v1/video/generations?key=${key}`)).status).toBe(200);
  expect((await speak.call('GET', '/v1/video/generations?key=sk-test-wrong-wrong-wrong')).status).toBe(401);
});
