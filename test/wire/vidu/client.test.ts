/** The client is strict: what is not as Vidu's pages say does not pass it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, startVendorServer, type VendorServer } from '../../harness/vendor-server.ts';
import { followStates, openViduClient } from './client.ts';
import { openCallbackVerifier, signatureOf, signingString } from './client-callbacks.ts';

let server: VendorServer;
beforeAll(async () => {
  server = await startVendorServer();
});
afterAll(() => server.close());

const client = () => openViduClient({ base: `${server.origin}/ent/v2`, key: 'vda_k', word: 'Token' });

const CREATED = {
  ...{ task_id: '940125400401448960', state: 'created', model: 'viduq3-turbo', prompt: 'a fox', images: [] },
  ...{ duration: 1, seed: 7, aspect_ratio: '16:9', resolution: '720p', bgm: false, audio: true, audio_type: 'all' },
  ...{ movement_amplitude: 'auto', payload: '', off_peak: false, credits: 12, watermark: false },
  created_at: '2026-04-10T09:54:37.292958746Z',
};
const create = () => client().text2video({ model: 'viduq3-turbo', prompt: 'a fox', duration: 1 });

const WRONG: readonly (readonly [string, object])[] = [
  ['an id that is a number', { task_id: 940125400401449000 }],
  ['a code on success', { code: 0 }],
  ['credits as text', { credits: '12' }],
  ['another state', { state: 'success' }],
  ['no seed', { seed: undefined }],
  ['no audio_type', { audio_type: undefined }],
  ['a time without its zone', { created_at: '2026-04-10T09:54:37' }],
  ['another prompt', { prompt: 'a hare' }],
];

test('a good answer passes, with the word and the key in the header', async () => {
  server.answer(json(CREATED));
  expect((await create()).task_id).toBe('940125400401448960');
  expect(server.requests.at(-1)).toMatchObject({
    url: '/ent/v2/text2video',
    headers: { authorization: 'Token vda_k', 'content-type': 'application/json' },
  });
});

test.each(WRONG)('%s does not pass', async (_, change) => {
  server.answer(json({ ...CREATED, ...change }));
  await expect(create()).rejects.toThrow();
});

test('a refusal whose code is not its status, or without a trace id, does not pass', async () => {
  const envelope = { code: 400, reason: 'BadRequest', message: 'no', metadata: { trace_id: 't' } };
  server.answer(json(envelope, 400));
  await expect(create()).rejects.toMatchObject({ name: 'ViduRefusal', status: 400, reason: 'BadRequest' });
  for (const wrong of [json(envelope, 500), json({ ...envelope, metadata: {} }, 400), json(CREATED, 201)]) {
    server.answer(wrong);
    await expect(create()).rejects.not.toMatchObject({ name: 'ViduRefusal' });
  }
});

test('states go forward only', () => {
  const follow = followStates();
  for (const state of ['created', 'processing', 'processing', 'success', 'success']) follow(state);
  expect(() => follow('failed')).toThrow('failed came after success');
  expect(() => followStates()('canceled')).toThrow();
});

const CALLED = {
  method: 'POST',
  url: '/vidu/callback?name=james&age=36',
  headers: {
    date: 'Tue, 06 May 2025 12:09:42 GMT',
    'x-request-nonce': '123e4567-e89b-12d3-a456-426614174000',
    'x-hmac-signed-headers': 'Date;x-request-nonce',
    'x-hmac-algorithm': 'hmac-sha256',
    'x-hmac-access-key': 'vidu',
  },
};

test('the signed text is the one that Vidu prints, and a forged signature does not pass', () => {
  expect(signingString(CALLED)).toBe(
    'POST\n/vidu/callback\nname=james&age=36\nvidu\nTue, 06 May 2025 12:09:42 GMT\nDate:Tue, 06 May 2025 12:09:42 GMT\nx-request-nonce:123e4567-e89b-12d3-a456-426614174000\n',
  );
  const signature = signatureOf(CALLED, 'vda_test_key');
  expect(signature).toBe('uDl3Wvgx6utIjKWRnCyt4OhsefE06Qj8cCg41RV4aeE=');
  const verify = (given: string) =>
    openCallbackVerifier('vda_test_key').verify(
      { ...CALLED, headers: { ...CALLED.headers, 'x-hmac-signature': given }, body: '{}' },
      new Date('2025-05-06T12:10:00Z'),
    );
  expect(() => verify(signature.replace('u', 'v'))).toThrow('signature');
  // The signature is good; its body, which is not signed, is no task.
  expect(() => verify(signature)).toThrow('err_code');
});
