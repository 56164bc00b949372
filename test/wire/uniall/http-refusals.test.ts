import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { rows } from '../../harness/rows.ts';

const CREATE = '/v1/video/generations';
const FOX = { model: 'viduq3t-540p', prompt: 'a fox', duration: 1 };
const NO_KEY = 'No API key was sent. Send it as "Authorization: Bearer sk-…".';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ONEREEL_SANDBOX_SPEED: '100' } });
});
afterAll(() => discard(gateway));

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends bytes as they are, with the test key unless headers say otherwise. */
async function send(path: string, { method = 'POST', headers = {}, body }: Sent = {}) {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${gateway.keys.test}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, error: text === '' ? {} : JSON.parse(text).error };
}

const json = (body: unknown): string => JSON.stringify(body);

describe('a body', () => {
  test.each([
    {
      asks: 'malformed, with line and column',
      body: '{\n  "model": "viduq3t-720p",\n  "prompt": "a fox"\n  "duration": 5\n}',
      message: 'The body is not valid JSON: at line 4, column 3 found "\\"" where a comma or } is expected.',
    },
    {
      asks: 'cut off',
      body: '{"model": "viduq3t-720p"',
      message: 'The body is not valid JSON: at line 1, column 25 the body ends where a comma or } is expected.',
    },
    {
      asks: 'in GBK',
      body: Buffer.from([0x7b, 0x22, 0x6d, 0x22, 0x3a, 0x22, 0xc4, 0xe3, 0x22, 0x7d]),
      message: 'The body is not valid UTF-8 text; JSON is sent in UTF-8.',
    },
    { asks: 'that is an array', body: '[]', message: 'The body must be a JSON object.' },
  ])('$asks is refused', async ({ body, message }) => {
    const { status, error } = await send(CREATE, { body });
    expect({ status, error }).toMatchObject({ status: 400, error: { code: 'invalid_json', param: null, message } });
  });

  test.each([
    ['as plain text', { 'content-type': 'text/plain' }, 'Content-Type', 'Content-Type must be application/json.'],
    [
      'as a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Content-Type',
      'Content-Type must be application/json.',
    ],
    [
      'compressed',
      { 'content-encoding': 'gzip' },
      'Content-Encoding',
      'Content-Encoding is "gzip"; send the body uncompressed.',
    ],
  ])('%s is refused', async (_title, headers, param, message) => {
    const { status, error } = await send(CREATE, { headers, body: json(FOX) });
    expect({ status, error }).toMatchObject({ status: 415, error: { code: 'unsupported_media_type', param, message } });
  });

  test('as multipart is refused on the path that OpenAI shares', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await send('/v1/videos', { headers, body: '--x--' })).toMatchObject({ status: 415 });
  });

  test('of OpenAI’s words is refused on the path that OpenAI shares, and read where it is ours', async () => {
    const body = json({ model: 'viduq3t-540p', prompt: 'a fox', seconds: '17' });
    expect(await send('/v1/videos', { body })).toMatchObject({
      status: 400,
      error: {
        code: 'not_supported',
        param: 'seconds',
        message:
          'seconds belongs to the OpenAI Videos protocol, which is not served yet. Send duration, image and size as documented for /v1/video/generations.',
      },
    });
    expect((await send('/v1/videos/generations', { body })).error).toMatchObject({
      code: 'invalid_value',
      message: 'seconds is 17; viduq3t-540p takes 1 to 16 seconds from a prompt alone.',
    });
  });

  test('over 64 MiB is refused, after the key', async () => {
    const body = Buffer.alloc(65 * 1024 * 1024, ' ');
    expect(await send(CREATE, { body })).toMatchObject({
      status: 413,
      error: {
        code: 'too_large',
        message:
          'The body is larger than 67108864 bytes (64 MiB). Upload media with POST /v1/files and send their ids, or send URLs, instead of the bytes themselves.',
      },
    });
    expect(await send(CREATE, { body, headers: { authorization: '' } })).toMatchObject({ status: 401 });
  }, 60_000);
});

describe('a key', () => {
  test.each([
    ['missing', '', NO_KEY],
    ['of another scheme', 'Basic c2s6', NO_KEY],
    [
      'unknown',
      'Bearer sk-test-abcdefghijklmnopqrstuvwxyz',
      'The API key ending in …wxyz is not valid here. Check that it is whole, not revoked, and made by this server.',
    ],
    [
      'left as the placeholder',
      'Bearer sk-***',
      'The API key (too short) is not valid here. Check that it is whole, not revoked, and made by this server.',
    ],
    [
      'of an administrator',
      'admin',
      'This is an admin key; generations are made and read with a live (sk-live-…) or test key (sk-test-…).',
    ],
  ])('%s is a 401, before the body is read', async (_title, header, message) => {
    const authorization = header === 'admin' ? `Bearer ${gateway.keys.admin}` : header;
    const answer = await send(CREATE, { headers: { authorization }, body: '{' });
    expect(answer).toMatchObject({
      status: 401,
      error: { code: 'invalid_key', type: 'authentication_error', message },
    });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('live without a live channel is a 503 that holds nothing', async () => {
    const live = api(gateway, gateway.keys.live);
    for (const [model, vendors] of [
      ['viduq3t-720p', 'Vidu (vidu.com) or Vidu (vidu.cn)'],
      ['seedance2.0-720p', 'BytePlus ModelArk or Volcengine Ark'],
      ['veo3.1-video-720p', 'Google Vertex AI'],
    ]) {
      expect(await live.create({ model, prompt: 'a fox' })).toMatchObject({
        status: 503,
        body: {
          error: {
            code: 'no_channel',
            param: 'model',
            message: `${model} has no live channel here: no key for ${vendors} is configured. Nothing was sent and nothing is held. Use a test key (sk-test-…) to try it in the sandbox.`,
          },
        },
      });
    }
    expect((await live.call('GET', CREATE)).body.data).toEqual([]);
    expect(
      await rows(
        gateway.dataFolder,
        `select 1 from generations where livemode union all
        select 1 from ledger_entries e join accounts a on a.id = e.account_id where a.livemode and a.kind = 'held'`,
      ),
    ).toEqual([]);
  });
});

test('a model that bills in yuan is a 503 where no rate is set, and holds nothing', async () => {
  const { create, call } = api(gateway);
  const model = 'doubao-seedance-2-0-260128';
  expect(await create({ model, prompt: 'a fox' })).toMatchObject({
    status: 503,
    body: {
      error: {
        code: 'price_missing',
        param: 'model',
        message: `${model} cannot be priced: there is no exchange rate for CNY: set rates.CNY in onereel.yaml, or POST /admin/v1/rates. Nothing was sent and nothing is held.`,
      },
    },
  });
  expect((await call('GET', `${CREATE}?model=${model}`)).body.data).toEqual([]);
});

describe('an address', () => {
  test.each([
    [
      'GET',
      '/v1/video/generation',
      404,
      'There is nothing at GET /v1/video/generation. The API is described at GET /openapi.json.',
    ],
    ['PUT', CREATE, 405, `PUT is not offered at ${CREATE}; it takes POST, GET, HEAD.`],
    ['POST', '/v1/models', 405, 'POST is not offered at /v1/models; it takes GET, HEAD.'],
    ['POST', `${CREATE}/task_5/content`, 405, `POST is not offered at ${CREATE}/task_5/content; it takes GET, HEAD.`],
    [
      'GET',
      `${CREATE}/%E0%A4%A`,
      404,
      `There is nothing at GET ${CREATE}/%E0%A4%A. The API is described at GET /openapi.json.`,
    ],
  ])('%s %s is a %i without a key', async (method, path, status, message) => {
    const answer = await send(path, { method, headers: { authorization: '' } });
    expect(answer).toMatchObject({ status, error: { message } });
    expect(answer.error.request_id).toBe(answer.headers.get('x-request-id'));
    if (status === 405) expect(message).toContain(answer.headers.get('allow'));
  });

  test.each(['abc', 'task_0', 'task_5', 'video_5', 'task_9223372036854775808', 'task_%00', 'cgt-5x'])(
    'with the id %s is a 404 on every path',
    async (id) => {
      const message = `There is no generation ${decodeURIComponent(id)}.`;
      for (const path of [CREATE, '/v1/videos/generations', '/v1/videos']) {
        for (const tail of ['', '/content']) {
          const answer = await send(`${path}/${id}${tail}`, { method: 'GET' });
          expect(answer).toMatchObject({ status: 404, error: { code: 'not_found', param: 'id', message } });
        }
      }
    },
  );

  test('with an id beyond all length is a 404', async () => {
    expect(await send(`${CREATE}/${'1'.repeat(300)}`, { method: 'GET' })).toMatchObject({
      status: 404,
      error: { code: 'not_found' },
    });
  });
});

test('a generation of another world or another project does not exist', async () => {
  const { create, call } = api(gateway);
  const { id } = (await create({ ...FOX, prompt: 'mine [test:stuck]' })).body;
  const foreignKey = `sk-test-${randomBytes(20).toString('hex')}`;
  await rows(
    gateway.dataFolder,
    `with project as (insert into projects (name) values ('other') returning id)
    insert into api_keys (project_id, kind, hash, name) select id, 'test', $1, 'other' from project`,
    [createHash('sha256').update(foreignKey).digest()],
  );
  for (const key of [gateway.keys.live, foreignKey]) {
    const other = api(gateway, key);
    for (const tail of ['', '/content']) {
      expect(await other.call('GET', `/v1/videos/${id}${tail}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found', param: 'id', message: `There is no generation ${id}.` } },
      });
    }
    expect((await other.call('GET', CREATE)).body.data).toEqual([]);
  }
  expect((await call('GET', CREATE)).body.data.map((one: { id: string }) => one.id)).toContain(id);
});

test.each([
  ['DELETE', '', 'Deleting a generation is not supported yet.'],
  ['GET', '/events', 'The event stream of a generation is not supported yet.'],
])('%s …/{id}%s says that a later version brings it', async (method, tail, message) => {
  expect(await send(`${CREATE}/task_5${tail}`, { method })).toMatchObject({
    status: 400,
    error: { code: 'not_supported', message },
  });
});

test('Prefer: wait says that a later version brings it, and nothing is made', async () => {
  expect(await send(CREATE, { headers: { prefer: 'wait=5' }, body: json({ ...FOX, prompt: 'waited' }) })).toMatchObject(
    {
      status: 400,
      error: {
        code: 'not_supported',
        param: 'Prefer',
        message: 'Prefer: wait is not supported yet. Create, then ask GET for the state.',
      },
    },
  );
  const list = await api(gateway).call('GET', CREATE);
  expect(list.body.data.map((one: { prompt: string }) => one.prompt)).not.toContain('waited');
});
