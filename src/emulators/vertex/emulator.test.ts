import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, mediaBytes, openBench, until } from '../../../test/emulator-bench.ts';
import { askToken, tokenForm, vertexBearer, vertexPublicKey } from '../../../test/vertex-token.ts';

const PARENT = 'projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001';
const LITE = PARENT.replace('3.1', '3.1-lite');
let bench: Bench;
let key: string;
beforeAll(async () => {
  bench = await openBench();
});
beforeEach(async () => {
  await bench.control('POST', '/reset');
  key = await vertexBearer(bench.url);
});
afterAll(() => bench.close());

const post = (path: string, body: unknown) => bench.call('POST', `/vertex/v1/${path}`, { key, body });
const create = (instance: object, parameters: object = {}, parent = PARENT) =>
  post(`${parent}:predictLongRunning`, { instances: [instance], parameters });
const poll = (operationName: string) => post(`${PARENT}:fetchPredictOperation`, { operationName });
const finished = async (name: string) =>
  (
    await until(
      () => poll(name),
      ({ body }) => body.done === true,
    )
  ).body;
const bytes = (kind: 'image' | 'video', facts = {}) => mediaBytes(kind, facts).toString('base64');
const image = (facts = {}) => ({ bytesBase64Encoded: bytes('image', facts), mimeType: 'image/png' });
const video = (facts = {}) => ({ bytesBase64Encoded: bytes('video', facts), mimeType: 'video/mp4' });
const reference = (referenceType = 'asset') => ({ image: image(), referenceType });

test('an operation runs without `done`, then holds the video inside', async () => {
  const { body } = await create({ prompt: 'a fox' }, { durationSeconds: 4, generateAudio: false, seed: 7 });
  expect(body).toEqual({ name: expect.stringMatching(new RegExp(`^${PARENT}/operations/\\d+$`)) });
  expect((await poll(body.name)).body).toEqual({ name: body.name });
  const done = await finished(body.name);
  expect(done).toMatchObject({
    name: body.name,
    done: true,
    response: { '@type': expect.stringContaining('GenerateVideoResponse'), raiMediaFilteredCount: 0 },
  });
  const [clip] = done.response.videos;
  expect(clip.mimeType).toBe('video/mp4');
  const spec = JSON.parse(Buffer.from(clip.bytesBase64Encoded, 'base64').toString());
  expect(spec).toMatchObject({ prompt: 'a fox', seconds: 4, audio: false, seed: 7, width: 1280, height: 720 });
});

test('samples are separate videos', async () => {
  const { body } = await create({ prompt: 'a' }, { sampleCount: 3, aspectRatio: '9:16', resolution: '1080p' });
  const { videos } = (await finished(body.name)).response;
  const seeds = videos.map((clip: { bytesBase64Encoded: string }) =>
    JSON.parse(Buffer.from(clip.bytesBase64Encoded, 'base64').toString()),
  );
  expect(new Set(seeds.map((spec: { seed: number }) => spec.seed)).size).toBe(3);
  expect(seeds[0]).toMatchObject({ width: 1080, height: 1920, seconds: 8 });
});

test('frames, references and a source reach the studio', async () => {
  await finished((await create({ image: image(), lastFrame: image({ width: 500 }) })).body.name);
  expect(bench.specs.at(-1)).toMatchObject({ first: { kind: 'image' }, last: { kind: 'image' } });
  await finished((await create({ prompt: 'a', referenceImages: [reference(), reference()] })).body.name);
  expect(bench.specs.at(-1)).toMatchObject({ seconds: 8, references: [{ kind: 'image' }, { kind: 'image' }] });
  await finished(
    (await create({ prompt: 'a', video: video({ width: 720, height: 1280 }) }, { durationSeconds: 6 })).body.name,
  );
  expect(bench.specs.at(-1)).toMatchObject({ seconds: 7, source: { kind: 'video' }, width: 720, height: 1280 });
  const { tasks } = await bench.control('GET', '/truth');
  expect(tasks.map((task: { bills: { amount: number } }) => task.bills.amount)).toEqual([8, 8, 7]);
});

const refusals: [name: string, instance: object, parameters: object, parent?: string][] = [
  ['no prompt and no media', {}, {}],
  ['5 seconds', { prompt: 'a' }, { durationSeconds: 5 }],
  ['references of 6 s', { prompt: 'a', referenceImages: [reference()] }, { durationSeconds: 6 }],
  ['four references', { prompt: 'a', referenceImages: Array(4).fill(reference()) }, {}],
  ['a style reference', { prompt: 'a', referenceImages: [reference('style')] }, {}],
  ['references next to an image', { prompt: 'a', image: image(), referenceImages: [reference()] }, {}],
  ['a video next to an image', { prompt: 'a', image: image(), video: video() }, {}],
  ['a last frame alone', { prompt: 'a', lastFrame: image() }, {}],
  ['a video of 40 s', { prompt: 'a', video: video({ seconds: 40 }) }, {}],
  ['an image as video', { prompt: 'a', video: { ...image(), mimeType: 'video/mp4' } }, {}],
  ['an http address', { prompt: 'a', image: { gcsUri: 'https://a.example/b.png', mimeType: 'image/png' } }, {}],
  ['an object that is not there', { prompt: 'a', image: { gcsUri: 'gs://b/c.png', mimeType: 'image/png' } }, {}],
  ['a webp', { prompt: 'a', image: { ...image(), mimeType: 'image/webp' } }, {}],
  ['bytes of another type', { prompt: 'a', image: { ...image(), mimeType: 'image/jpeg' } }, {}],
  ['broken base64', { prompt: 'a', image: { bytesBase64Encoded: '???', mimeType: 'image/png' } }, {}],
  ['an uri field', { prompt: 'a', image: { uri: 'https://a.example', mimeType: 'image/png' } }, {}],
  ['1:1', { prompt: 'a' }, { aspectRatio: '1:1' }],
  ['five samples', { prompt: 'a' }, { sampleCount: 5 }],
  ['a seed of 2^32', { prompt: 'a' }, { seed: 2 ** 32 }],
  ['no enhancement', { prompt: 'a' }, { enhancePrompt: false }],
  ['an unknown parameter', { prompt: 'a' }, { watermark: true }],
  ['a task that does not fit', { prompt: 'a' }, { task: 'extend' }],
  ['4k on lite', { prompt: 'a' }, { resolution: '4k' }, LITE],
  ['extension on lite', { prompt: 'a', video: video() }, {}, LITE],
  ['a refused prompt', { prompt: '[test:refused]' }, {}],
];
test.for(refusals)('%s is refused', async ([, instance, parameters, parent]) => {
  const { status, body } = await create(instance, parameters, parent);
  expect([status, body.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(body.error).toEqual({ code: 400, status: 'INVALID_ARGUMENT', message: expect.any(String), details: [] });
  expect((await bench.control('GET', '/truth')).tasks).toEqual([]);
});

test('with a storageUri the video is an object of the bucket, and can be extended from there', async () => {
  const { body } = await create({ prompt: 'a fox' }, { storageUri: 'gs://bucket/one/two/' });
  const [clip] = (await finished(body.name)).response.videos;
  const id = body.name.split('/').at(-1);
  expect(clip).toEqual({ gcsUri: `gs://bucket/one/two/${id}/sample_0.mp4`, mimeType: 'video/mp4' });
  const object = encodeURIComponent(`one/two/${id}/sample_0.mp4`);
  const read = (query: string, who = key) => bench.call('GET', `/vertex/storage/v1/b/bucket/o${query}`, { key: who });
  expect(JSON.parse(Buffer.from((await read(`/${object}?alt=media`)).body).toString())).toMatchObject({
    prompt: 'a fox',
  });
  expect((await read(`/${object}`)).body).toMatchObject({ bucket: 'bucket', contentType: 'video/mp4' });
  expect((await read('?prefix=one/')).body.items).toMatchObject([{ name: `one/two/${id}/sample_0.mp4` }]);
  expect((await read('?prefix=other/')).body.items).toEqual([]);
  expect((await read(`/${object}?alt=media`, await vertexBearer(bench.url, { iss: 'other@x' }))).status).toBe(404);
  expect((await read(`/${object}?alt=media`, 'Bearer no')).status).toBe(401);
});

test('a token lasts an hour', async () => {
  const answer = await askToken(bench.url, tokenForm());
  expect(answer).toMatchObject({ status: 200, body: { expires_in: 3600, token_type: 'Bearer' } });
  await bench.pass(3601);
  expect((await create({ prompt: 'a' })).body.error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' });
});

test('a token wants a well-formed assertion', async () => {
  const iat = 1_700_000_000;
  const bad = [
    tokenForm({ iss: 'bad-account' }),
    tokenForm({ iat, exp: iat + 7200 }),
    tokenForm({ aud: 'https://a.example/other' }),
    tokenForm({}, { alg: 'HS256' }),
    'grant_type=password',
    'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c',
  ];
  for (const form of bad) expect((await askToken(bench.url, form)).status).toBe(400);
  expect((await askToken(bench.url, tokenForm({ scope: 'email' }))).body.error).toBe('invalid_scope');
});

test('the signature is verified where a key is registered', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const register = (clientEmail: string, pem: string) =>
    bench.control('POST', '/vertex-keys', { clientEmail, publicKey: pem });
  await register('mine@x', vertexPublicKey);
  await register('foreign@x', other);
  expect((await askToken(bench.url, tokenForm({ iss: 'mine@x' }))).status).toBe(200);
  expect((await askToken(bench.url, tokenForm({ iss: 'foreign@x' }))).body.error_description).toBe(
    'Invalid JWT Signature.',
  );
});

test('the quota per minute ends in RESOURCE_EXHAUSTED', async () => {
  await bench.control('POST', '/limits', { vertexPerMinute: 1 });
  for (let count = 0; count < 20; count++) expect((await create({ prompt: 'a' })).status).toBe(200);
  expect((await create({ prompt: 'a' })).body.error.status).toBe('RESOURCE_EXHAUSTED');
});

test('unknown models, operations and verbs are not found; nothing lists or cancels', async () => {
  expect((await create({ prompt: 'a' }, {}, PARENT.replace('3.1', '9'))).body.error.status).toBe('NOT_FOUND');
  expect((await poll(`${PARENT}/operations/1`)).status).toBe(404);
  expect((await poll('projects/q/operations/1')).status).toBe(400);
  expect((await post(`${PARENT}:cancel`, {})).status).toBe(404);
  expect((await bench.call('GET', `/vertex/v1/${PARENT}/operations`, { key })).status).toBe(404);
});
