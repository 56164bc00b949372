import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

const CREATE = '/v1/video/generations';
const FOX = { model: 'viduq3t-540p', prompt: 'a fox', duration: 1 };

let gateway: RunningGateway;
let done: Answer['body'];
let open: Answer['body'];
let failed: Answer['body'];

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ONEREEL_SANDBOX_SPEED: '100' } });
  const { create, finished } = api(gateway);
  done = (await create(FOX)).body;
  open = (await create({ ...FOX, prompt: 'a fox [test:stuck]' })).body;
  failed = (await create({ ...FOX, prompt: 'a fox [test:failed]' })).body;
  [done, failed] = [(await finished(done.id)).body, (await finished(failed.id)).body];
});
afterAll(() => discard(gateway));

const idsOf = ({ body }: Answer): string[] => body.data.map(({ id }: { id: string }) => id);

describe('the list', () => {
  test.each([
    ['limit=0', 'limit', 'limit is "0"; it must be a whole number from 1 to 100.'],
    ['limit=101', 'limit', 'limit is "101"; it must be a whole number from 1 to 100.'],
    ['limit=many', 'limit', 'limit is "many"; it must be a whole number from 1 to 100.'],
    ['limit=1.5', 'limit', 'limit is "1.5"; it must be a whole number from 1 to 100.'],
    ['limit=5&limit=6', 'limit', 'limit is given more than once.'],
    ['after=abc', 'after', 'after is "abc"; it must be the id of a generation.'],
    ['status=done', 'status', 'status is "done"; it must be queued, in_progress, completed or failed.'],
    ['status=constructor', 'status', 'status is "constructor"; it must be queued, in_progress, completed or failed.'],
    [
      'created_after=yesterday',
      'created_after',
      'created_after is "yesterday"; it must be unix seconds, such as 1774507626.',
    ],
    ['created_before=-1', 'created_before', 'created_before is "-1"; it must be unix seconds, such as 1774507626.'],
    [
      'created_before=999999999999999',
      'created_before',
      'created_before is "999999999999999"; it must be unix seconds, such as 1774507626.',
    ],
    ['model=%00', 'model', 'model contains a NUL character.'],
  ])('refuses ?%s', async (query, param, message) => {
    const answer = await api(gateway).call('GET', `${CREATE}?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_value', param, message } } });
  });

  test('is newest first, in pages, on every path', async () => {
    const { call } = api(gateway);
    for (const path of [CREATE, '/v1/videos/generations', '/v1/videos']) {
      const first = await call('GET', `${path}?limit=2`);
      expect(first.body).toMatchObject({ object: 'list', first_id: failed.id, last_id: open.id, has_more: true });
      const rest = await call('GET', `${path}?limit=2&after=${first.body.last_id}`);
      expect(idsOf(rest)).toEqual([done.id]);
      expect(rest.body.has_more).toBe(false);
    }
  });

  test('is filtered by state, model and time', async () => {
    const { call } = api(gateway);
    const ids = async (query: string) => idsOf(await call('GET', `${CREATE}?${query}`));
    expect(await ids('status=completed')).toEqual([done.id]);
    expect(await ids('status=failed')).toEqual([failed.id]);
    expect(await ids('model=viduq3t-540p')).toHaveLength(3);
    expect(await ids('model=nope')).toEqual([]);
    expect(await ids(`created_before=${done.created_at}`)).toEqual([]);
    expect(await ids(`created_after=${done.created_at - 1}`)).toHaveLength(3);
  });
});

describe('the content', () => {
  const content = (id: string, more: { query?: string; headers?: Record<string, string>; method?: string } = {}) =>
    fetch(`${gateway.url}/v1/videos/${id}/content${more.query ?? ''}`, {
      method: more.method ?? 'GET',
      headers: { authorization: `Bearer ${gateway.keys.test}`, ...more.headers },
    });
  const refused = async (response: Response) => {
    const { error } = JSON.parse(await response.text());
    return { status: response.status, ...error };
  };

  test('of an unfinished generation is a 409 that says when to ask again', async () => {
    const response = await content(open.id);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await refused(response)).toMatchObject({
      status: 409,
      code: 'not_ready',
      message: 'The video is not finished: the generation is in_progress. Ask again in a few seconds.',
    });
  });

  test('of a failed generation is a 404', async () => {
    expect(await refused(await content(failed.id))).toMatchObject({
      status: 404,
      code: 'no_output',
      message: 'There is no video: the generation failed.',
    });
  });

  test('is refused by its variant, its signature and its date', async () => {
    expect(await refused(await content(done.id, { query: '?variant=audio' }))).toMatchObject({
      status: 400,
      code: 'invalid_value',
      message: 'variant is "audio"; it must be video, last_frame or thumbnail.',
    });
    const link = new URL(done.video_url);
    link.searchParams.set('variant', 'thumbnail');
    const forged = { status: 401, code: 'invalid_key' };
    const message = 'This link’s signature is not valid. Read the generation again for a good one.';
    expect(await refused(await fetch(link))).toMatchObject({ ...forged, message });
    link.searchParams.delete('variant');
    link.searchParams.set('expires', '1');
    expect(await refused(await fetch(link))).toMatchObject({ ...forged, message });
    expect(await refused(await fetch(done.video_url.replace(done.id, open.id)))).toMatchObject(forged);
  });

  test('comes by key and by link, whole, in parts, and not at all when it is known', async () => {
    const { bytes, sha256 } = done.result.media;
    const whole = await fetch(done.video_url);
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
    expect(whole.headers.get('cache-control')).toContain('private');
    const file = Buffer.from(await whole.arrayBuffer());
    expect(file.length).toBe(bytes);

    const part = await content(done.id, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(file.subarray(10, 20));
    const tail = await content(done.id, { headers: { range: 'bytes=-5' } });
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(file.subarray(-5));
    const beyond = await content(done.id, { headers: { range: `bytes=${bytes}-` } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes}`]);
    for (const range of ['bytes=abc', 'lines=1-2', 'bytes=5-2', 'bytes=0-1,4-5']) {
      const response = await content(done.id, { headers: { range } });
      expect([range, response.status, (await response.arrayBuffer()).byteLength]).toEqual([range, 200, bytes]);
    }
    const head = await content(done.id, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes)]);
    const known = await content(done.id, { headers: { 'if-none-match': `"${sha256}"` } });
    expect(known.status).toBe(304);
  });

  test('has a picture of the video beside it', async () => {
    const picture = await fetch(done.thumbnail_url);
    expect(picture.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await picture.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  });
});
