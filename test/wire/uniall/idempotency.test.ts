import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

const FOX = { model: 'viduq3t-540p', prompt: 'a fox [test:stuck]', duration: 1 };

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => discard(gateway));

test('the same body under the same key is one generation, on every create path and however it is written', async () => {
  const { call, create } = api(gateway);
  const headers = { 'idempotency-key': 'order-1' };
  const first = await create(FOX, headers);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  const rewritten = `{ "duration": 1, "prompt": ${JSON.stringify(FOX.prompt)},\n "model": "viduq3t-540p" }`;
  for (const path of ['/v1/video/generations', '/v1/videos/generations', '/v1/videos']) {
    const again = await call('POST', path, { body: rewritten, headers });
    expect(again.status).toBe(200);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.id).toBe(first.body.id);
  }
});

test('another body under the same key is a 409', async () => {
  const { create } = api(gateway);
  const headers = { 'idempotency-key': 'order-2' };
  await create(FOX, headers);
  expect(await create({ ...FOX, duration: 2 }, headers)).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'idempotency_mismatch',
        param: 'Idempotency-Key',
        message: 'Idempotency-Key was used before with another request body. Use a new key for a new request.',
      },
    },
  });
});

test('ten at once under one key are one generation', async () => {
  const { create } = api(gateway);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => create({ ...FOX, prompt: 'ten [test:stuck]' }, { 'idempotency-key': 'order-3' })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
});

test('a refused request leaves its key free', async () => {
  const { create } = api(gateway);
  const headers = { 'idempotency-key': 'order-4' };
  expect((await create({ ...FOX, duration: 99 }, headers)).status).toBe(400);
  expect((await create(FOX, headers)).headers.get('idempotent-replayed')).toBeNull();
});

test.each([
  ['blanks', 'a b', 'Idempotency-Key is "a b"; it must be 1 to 255 visible ASCII characters without blanks.'],
  ['nothing', '', 'Idempotency-Key is ""; it must be 1 to 255 visible ASCII characters without blanks.'],
  [
    '256 characters',
    'a'.repeat(256),
    `Idempotency-Key is "${'a'.repeat(75)}…; it must be 1 to 255 visible ASCII characters without blanks.`,
  ],
])('a key of %s is refused', async (_title, key, message) => {
  expect(await api(gateway).create(FOX, { 'idempotency-key': key })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_value', param: 'Idempotency-Key', message } },
  });
});
