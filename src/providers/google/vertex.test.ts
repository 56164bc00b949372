import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { costAt } from '../../../test/harness/vendor-cost.ts';
import type { Json } from '../../domain/json.ts';
import type { DeliveredMedia, GenerationRequest, Input, Resolution } from '../../domain/request.ts';
import { vertex } from './vertex.ts';

const [veo, fast, lite] = vertex.models;
if (!veo || !fast || !lite) throw new Error('three models expected');

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const account = {
  type: 'service_account',
  project_id: 'a-project',
  private_key_id: 'key-1',
  private_key: privateKey,
  client_email: 'onereel@a-project.iam.gserviceaccount.com',
};
const now = new Date('2026-11-20T12:00:00.900Z');

const plain: GenerationRequest<DeliveredMedia> = {
  mode: 'text',
  prompt: 'a fox',
  inputs: [],
  seconds: 8,
  resolution: '1080p',
  aspectRatio: '16:9',
  audio: true,
  offPeak: false,
  options: {},
};
const input = (role: Input['role'], kind: 'image' | 'video', base64: string): Input<DeliveredMedia> => ({
  role,
  kind,
  source: { base64, mediaType: kind === 'image' ? 'image/png' : 'video/mp4' },
});

const submissionOf = (
  request: GenerationRequest<DeliveredMedia>,
  settings: { [name: string]: Json } = {},
  tag = 'inst-1-42',
) => ({
  model: veo,
  request,
  tag,
  settings,
});
const built = (...given: Parameters<typeof submissionOf>) => vertex.submit.build(submissionOf(...given));
const answered = (status: number, json: Json) => ({ status, headers: {}, json, text: JSON.stringify(json) });

describe('price table of the page, in micro-dollars for one second', () => {
  test.each([
    [veo, { '720p': [400_000, 200_000], '1080p': [400_000, 200_000], '4k': [600_000, 400_000] }],
    [fast, { '720p': [100_000, 80_000], '1080p': [120_000, 100_000], '4k': [300_000, 250_000] }],
    [lite, { '720p': [50_000, 30_000], '1080p': [80_000, 50_000] }],
  ] as const)('$id with sound and silent', (model, table) => {
    for (const [resolution, [sound, silent]] of Object.entries(table)) {
      const request = { ...plain, inputs: [], resolution: resolution as Resolution }; // keys of the table above
      expect(costAt(vertex)(request, model)).toEqual({ currency: 'USD', micros: sound * 8 });
      expect(costAt(vertex)({ ...request, audio: false }, model)?.micros).toBe(silent * 8);
    }
    expect(vertex.prices(model)).toHaveLength(Object.keys(table).length * 2);
  });

  test('an extension is billed for what it adds, even when the file is longer', () => {
    const request = { ...plain, inputs: [], mode: 'extend' as const, seconds: 7 };
    expect(costAt(vertex)(request, veo, { seconds: 15.04 })?.micros).toBe(2_800_000);
  });

  test('a model without a price at a tier has no cost', () => {
    expect(costAt(vertex)({ ...plain, inputs: [], resolution: '4k' }, lite)).toBeUndefined();
  });
});

describe('what is sent', () => {
  test('the project of the account is filled in at signing, a channel’s own goes first', () => {
    const request = built(plain);
    expect(request.path).toContain('/v1/projects/{project}/locations/us-central1/');
    expect(vertex.sign(request, account, { now, accessToken: 'ya29' })).toMatchObject({
      path: '/v1/projects/a-project/locations/us-central1/publishers/google/models/veo-3.1-generate-001:predictLongRunning',
      headers: { authorization: 'Bearer ya29' },
    });
    const own = built(plain, { project: 'other', location: 'europe-west4' });
    expect(vertex.sign(own, account, { now, accessToken: 'ya29' }).path).toMatch(
      /^\/v1\/projects\/other\/locations\/europe-west4\//,
    );
  });

  test('references go as assets, a source video as bytes, without a length of its own', () => {
    const references = [input('reference', 'image', 'QQ=='), input('reference', 'image', 'Qg==')];
    expect(built({ ...plain, mode: 'references', inputs: references }).body).toMatchObject({
      json: {
        instances: [
          {
            referenceImages: [
              { image: { bytesBase64Encoded: 'QQ==', mimeType: 'image/png' }, referenceType: 'asset' },
              { image: { bytesBase64Encoded: 'Qg==', mimeType: 'image/png' }, referenceType: 'asset' },
            ],
          },
        ],
        parameters: { durationSeconds: 8 },
      },
    });
    const { aspectRatio: _, ...withoutRatio } = plain;
    const extension = built({
      ...withoutRatio,
      mode: 'extend',
      seconds: 7,
      inputs: [input('source', 'video', 'QQ==')],
    }).body;
    expect(extension).toHaveProperty('json.instances.0.video', { bytesBase64Encoded: 'QQ==', mimeType: 'video/mp4' });
    expect(extension).not.toHaveProperty('json.parameters.durationSeconds');
    expect(extension).not.toHaveProperty('json.parameters.aspectRatio');
  });

  test('an address instead of bytes is a bug that is named', () => {
    const image = { ...input('first_frame', 'image', ''), source: { url: 'https://example.com/a.png' } };
    expect(() => built({ ...plain, mode: 'image', inputs: [image] })).toThrow('bytes only');
  });

  test.each(['gs://a-bucket/onereel/', 'a-bucket/onereel', 'gs://a-bucket/onereel'])(
    'bucket %s gets a folder per attempt',
    (bucket) => {
      expect(built(plain, { bucket }).body).toHaveProperty(
        'json.parameters.storageUri',
        'gs://a-bucket/onereel/inst-1-42/',
      );
    },
  );

  test('a bucket that is none is refused', () => {
    expect(() => built(plain, { bucket: 'https://evil.example' })).toThrow();
  });

  test('the tag is a label only where Google takes it as one', () => {
    expect(built(plain).body).toHaveProperty('json.labels', { onereel: 'inst-1-42' });
    expect(built(plain, {}, 'Upper/1').body).not.toHaveProperty('json.labels');
  });

  test('options get Google’s names', () => {
    const options = veo.modes.image?.options.parse({
      negative_prompt: 'blur',
      enhance_prompt: 'true',
      resize_mode: 'crop',
    });
    const request = { ...plain, options: options as GenerationRequest['options'] }; // options make JSON
    expect(built(request).body).toMatchObject({
      json: {
        parameters: {
          negativePrompt: 'blur',
          enhancePrompt: true,
          resizeMode: 'crop',
          personGeneration: 'allow_adult',
        },
      },
    });
  });

  test.each([{ enhance_prompt: false }, { person_generation: 'everyone' }, { resize_mode: 'pad' }])(
    '%j is refused from text',
    (given) => {
      expect(veo.modes.text?.options.safeParse(given).success).toBe(false);
    },
  );
});

describe('the handle', () => {
  test('keeps where to ask, and the question is a POST with the name in the body', () => {
    const name = 'projects/a-project/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/7';
    const settings = { models: { 'veo-3.1-generate-001': 'veo-3.1-generate-002' } };
    const seen = vertex.submit.parse(answered(200, { name }), submissionOf(plain, settings));
    if (seen.state !== 'running') throw new Error(seen.state);
    expect(vertex.poll.build(seen.operation)).toEqual({
      method: 'POST',
      path: '/v1/projects/{project}/locations/us-central1/publishers/google/models/veo-3.1-generate-002:fetchPredictOperation',
      body: { json: { operationName: name } },
    });
  });

  const operation = { name: 'n', model: 'm', project: 'p', location: 'l', seconds: 8 };

  test('inline bytes are named by their spool, objects go through the storage origin', () => {
    expect(vertex.poll.spools).toBe('bytesBase64Encoded');
    const videos = [{ bytesBase64Encoded: 'spool:a/b' }, { gcsUri: 'gs://bucket/a b/c.mp4' }];
    expect(vertex.poll.parse(answered(200, { name: 'n', done: true, response: { videos } }), operation)).toMatchObject({
      state: 'succeeded',
      usage: { seconds: 8 },
      outputs: [
        { role: 'video', mediaType: 'video/mp4', from: { spool: 'a/b' } },
        {
          from: {
            request: {
              method: 'GET',
              origin: 'storage',
              path: '/storage/v1/b/bucket/o/a%20b%2Fc.mp4',
              query: { alt: 'media' },
            },
          },
        },
      ],
    });
  });

  test.each([
    {},
    { response: {} },
    { response: { videos: [{}] } },
    { response: { videos: [{ gcsUri: 'https://x/y' }] } },
  ])('done with %j delivered nothing', (rest) => {
    expect(vertex.poll.parse(answered(200, { name: 'n', done: true, ...rest }), operation)).toMatchObject({
      state: 'failed',
      failure: { code: 'output_missing' },
    });
  });

  test('filter reasons and their categories reach the operator', () => {
    const response = { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['Support codes: 58061214, 90789179'] };
    expect(vertex.poll.parse(answered(200, { name: 'n', done: true, response }), operation)).toMatchObject({
      failure: { code: 'content_rejected', vendor: { detail: { categories: ['child', 'sexual'] } } },
    });
  });
});

describe('authorization', () => {
  test('is a JWT that Google’s side can verify, made from the given time', () => {
    const request = vertex.authorize?.build({ credentials: account, now });
    expect(request).toMatchObject({ method: 'POST', origin: 'token', path: '/token' });
    const form = request?.body && 'form' in request.body ? request.body.form : {};
    expect(form['grant_type']).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = (form['assertion'] ?? '').split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    const iat = Date.parse('2026-11-20T12:00:00Z') / 1000;
    expect(read(claims)).toEqual({
      iss: 'onereel@a-project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://oauth2.googleapis.com/token',
      iat,
      exp: iat + 3600,
    });
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('RSA-SHA256', signed, createPublicKey(publicKey), Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('the answer is a token, a refused key with Google’s words, or undecided', () => {
    const input = { credentials: account, now };
    const parse = vertex.authorize?.parse;
    expect(parse?.(answered(200, { access_token: 'ya29.x', expires_in: 3599, token_type: 'Bearer' }), input)).toEqual({
      token: 'ya29.x',
      expiresInSeconds: 3599,
    });
    expect(parse?.(answered(400, { error: 'invalid_grant', error_description: 'Invalid JWT' }), input)).toMatchObject({
      state: 'refused',
      vendor: { status: 400, code: 'invalid_grant', message: 'Invalid JWT' },
    });
    expect(parse?.(answered(503, { error: 'backend_error' }), input)).toMatchObject({
      state: 'unanswered',
      started: 'no',
    });
    // Words of the key in an answer of another kind are not a verdict on it.
    expect(parse?.(answered(500, { error: 'invalid_grant' }), input)).toMatchObject({ state: 'unanswered' });
    expect(parse?.(answered(200, { access_token: 'a b', expires_in: 3599 }), input)).toMatchObject({
      state: 'unanswered',
    });
  });

  test('a key that is none is refused by name and not repeated', () => {
    const spoilt = privateKey.replace('BEGIN', 'BEGUN');
    const read = vertex.credentials.safeParse({ ...account, private_key: spoilt });
    expect(read.success).toBe(false);
    expect(read.error?.issues).toMatchObject([
      { path: ['private_key'], message: 'is not an RSA private key in PEM form' },
    ]);
    expect(String(read.error)).not.toContain(privateKey.slice(60, 100));
  });

  test('signing without a token is a bug that is named', () => {
    expect(() => vertex.sign(built(plain), account, { now })).toThrow('access token');
  });
});
