import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { type CallbackReceiver, isSignedBy, startCallbackReceiver } from '../harness/callback-receiver.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { advanceClock, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let receiver: CallbackReceiver;
let gateway: RunningGateway;

beforeAll(async () => {
  receiver = await startCallbackReceiver();
  gateway = await start();
});

afterAll(async () => {
  await discard(gateway);
  await receiver.close();
});

const start = (dataFolder?: string): Promise<RunningGateway> =>
  startTestGateway({
    env: { ONEREEL_FETCH_ALLOW: receiver.hostPort },
    ...(dataFolder !== undefined && { dataFolder }),
  });

/** Creates a task that calls back; answers its id. */
async function create(query: string, more: object = {}): Promise<string> {
  const { status, body } = await api(gateway).call('POST', '/ent/v2/text2video', {
    body: {
      model: 'viduq3-turbo',
      prompt: 'a fox in the snow',
      duration: 1,
      resolution: '540p',
      payload: query,
      callback_url: `${receiver.url}/vidu/callback?${query}`,
      ...more,
    },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.task_id;
}

const statesOf = (id: string): string[] => receiver.of(id).map(({ body }) => body.state);
const told = (id: string) => expect.poll(() => statesOf(id), { timeout: 60_000 });
const stateOf = async (id: string) => (await api(gateway).call('GET', `/ent/v2/tasks/${id}/creations`)).body.state;
const keyOf = async (id: string) =>
  (await rows(gateway.dataFolder, 'select sealed_key from callbacks where generation_id = $1', [id]))[0].sealed_key;

test('each change of state is told in order, signed with the key that made the task, as a query would answer', async () => {
  const id = await create('name=james&age=36');
  await told(id).toEqual(['processing', 'success']);
  const [processing, success] = receiver.of(id);
  for (const call of receiver.of(id)) {
    expect(isSignedBy(gateway.keys.test, call)).toBe(true);
    expect(isSignedBy(gateway.keys.live, call)).toBe(false);
    expect(call.path).toBe('/vidu/callback?name=james&age=36');
    expect(call.headers).toMatchObject({
      'content-type': 'application/json',
      'x-hmac-signed-headers': 'Date;x-request-nonce',
      'x-hmac-algorithm': 'hmac-sha256',
      'x-hmac-access-key': 'vidu',
    });
    expect(Math.abs(Date.parse(String(call.headers.date)) - call.atMs)).toBeLessThan(5000);
  }
  expect(processing?.headers['x-request-nonce']).not.toBe(success?.headers['x-request-nonce']);
  expect(processing?.body).toMatchObject({ state: 'processing', creations: [], err_code: '' });
  const { body: queried } = await api(gateway).call('GET', `/ent/v2/tasks/${id}/creations`);
  const withoutLinks = ({ creations, ...rest }: typeof queried) => ({ ...rest, made: creations.length });
  expect(withoutLinks(success?.body)).toEqual(withoutLinks(queried));
  expect(success?.body.payload).toBe('name=james&age=36');
  // The link is one that opens without a key.
  const video = await fetch(success?.body.creations[0].url);
  expect(video.status).toBe(200);
  await video.body?.cancel();
});

test('the key is sealed while it is needed, erased after the last delivery, and in no log', async () => {
  receiver.script(500);
  const id = await create('sealed');
  const sealed: Buffer = await keyOf(id);
  expect(sealed.includes(gateway.keys.test)).toBe(false);
  await told(id).toContain('success');
  await expect.poll(() => keyOf(id), { timeout: 10_000 }).toBeNull();
  expect(await rows(gateway.dataFolder, 'select from deliveries where generation_id = $1', [id])).toEqual([]);
  const log = await readFile(join(gateway.dataFolder, 'onereel.log'), 'utf8');
  expect(log).toContain('callback.delivered');
  expect(log + gateway.output()).not.toContain(gateway.keys.test);
});

test('a receiver that fails is tried again, three times, with the same body and a new signature; then given up', async () => {
  receiver.script(200, 500, 'drop', { status: 302, headers: { location: `${receiver.url}/elsewhere` } }, 404);
  const id = await create('failing');
  for (const [tries, pause] of [
    [1, 6],
    [2, 31],
    [3, 301],
  ] as const) {
    await told(id).toEqual(['processing', ...Array(tries).fill('success')]);
    await advanceClock(gateway.dataFolder, pause);
  }
  await told(id).toEqual(['processing', 'success', 'success', 'success', 'success']);
  await expect.poll(() => keyOf(id), { timeout: 10_000 }).toBeNull();
  const tries = receiver.of(id).slice(1);
  expect(new Set(tries.map(({ text }) => text)).size).toBe(1);
  expect(new Set(tries.map(({ headers }) => headers['x-hmac-signature'])).size).toBe(4);
  expect(tries.every((each) => isSignedBy(gateway.keys.test, each))).toBe(true);
  expect(receiver.received.map(({ path }) => path)).not.toContain('/elsewhere');
  expect(await stateOf(id)).toBe('success');
});

test.each([
  ['http://10.0.0.7/hook', /not a public one/],
  ['http://localhost/hook', /not a public one/],
  ['http://[::1]:9/hook', /not a public one/],
  ['http://2130706433/hook', /not a public one/],
  ['https://user:secret@example.com/hook', /user name/],
  ['ftp://example.com/hook', /http/],
  ['not a url', /./],
])('callback_url %s is refused before anything is spent', async (callback_url, reason) => {
  const { status, body } = await api(gateway).call('POST', '/ent/v2/text2video', {
    body: { model: 'viduq3-turbo', prompt: 'a fox', callback_url },
  });
  expect({ status, reason: body.reason }).toEqual({ status: 400, reason: 'FieldInvalid' });
  expect(body.message).toMatch(reason);
  expect(body.message).not.toContain('secret');
});

test('an address that nobody can reach does not affect the task', async () => {
  const id = await create('nowhere', { callback_url: 'http://nowhere.invalid/hook' });
  await expect.poll(() => stateOf(id), { timeout: 60_000 }).toBe('success');
  expect(statesOf(id)).toEqual([]);
});

test('a gateway that is killed between a change of state and its delivery tells it after the restart', async () => {
  receiver.otherwise('hang');
  const id = await create('killed');
  await told(id).toEqual(['processing']);
  await expect.poll(() => stateOf(id), { timeout: 60_000 }).toBe('success');
  await gateway.kill();
  receiver.otherwise(200);
  gateway = await start(gateway.dataFolder);
  // The lease of what was held ends by itself.
  await advanceClock(gateway.dataFolder, 20);
  await told(id).toEqual(['processing', 'processing', 'success']);
  expect(receiver.of(id).every((each) => isSignedBy(gateway.keys.test, each))).toBe(true);
});

test('a stop hands what is being told over at once', async () => {
  receiver.otherwise('hang');
  const id = await create('stopped');
  await told(id).toEqual(['processing']);
  const begun = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(10_000);
  receiver.otherwise(200);
  gateway = await start(gateway.dataFolder);
  await told(id).toEqual(['processing', 'processing', 'success']);
});
