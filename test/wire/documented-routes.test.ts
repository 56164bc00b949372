import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, api } from '../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { pngOf } from '../harness/media-server.ts';
import { upload } from '../harness/upload.ts';

/** Every call here is held against docs/openapi.json by the harness; these tests see to it that every route is called. */

const PREFIXES = ['/v1/video/generations', '/v1/videos/generations', '/v1/videos'];
const BODY = { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 };

let gateway: RunningGateway;
let speak: ReturnType<typeof api>;
let finished: Answer['body'];

beforeAll(async () => {
  gateway = await startTestGateway();
  speak = api(gateway);
  const { body } = await speak.create(BODY);
  finished = (await speak.finished(body.id)).body;
});

afterAll(() => discard(gateway));

const document = async () => JSON.parse(await readFile(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));

const PICTURE = pngOf({ width: 320, height: 240 });

/** What fits the path of a route, and a body for it. */
async function callOf(method: string, template: string): Promise<{ path: string; body?: object }> {
  if (template.endsWith('/cancel')) {
    // What waits for off-peak hours is not scheduled yet.
    const { body } = await speak.create({ ...BODY, model: 'viduq3t-540p-offpeak' });
    return { path: template.replace('{id}', template.includes('/tasks/') ? body.id.replace('task_', '') : body.id) };
  }
  if (template.startsWith('/v1/files/')) {
    const { body } = await upload(gateway, { file: PICTURE });
    return { path: template.replace('{id}', body.id) };
  }
  if (method !== 'post') return { path: template.replace('{id}', finished.id) };
  const image = `data:image/png;base64,${PICTURE.toString('base64')}`;
  const images = template.includes('start-end') ? [image, image] : [image];
  const isVidu = /img2video|start-end2video|reference2video/.test(template);
  const duration = template.includes('reference') ? 3 : 1;
  const vidu = { model: 'viduq3-turbo', prompt: 'a fox', resolution: '540p', duration, images };
  return { path: template, body: isVidu ? vidu : BODY };
}

/** Tested where a form or a link is made: test/wire/files, test/scenario/inputs.test.ts; all of /admin in test/wire/admin. */
const ELSEWHERE = ['post /v1/files', 'get /v1/inputs/{id}', 'head /v1/inputs/{id}'];

test('every route of the document answers as it says', async () => {
  const { paths } = await document();
  for (const [template, operations] of Object.entries<object>(paths)) {
    for (const method of Object.keys(operations)) {
      if (ELSEWHERE.includes(`${method} ${template}`) || template.startsWith('/admin/')) continue;
      let status = 0;
      // What is to be cancelled waits for a moment only, and a busy machine may miss it.
      for (let tries = 0; tries < (template.endsWith('/cancel') ? 10 : 1) && status !== 200; tries += 1) {
        const { path, ...body } = await callOf(method, template);
        ({ status } = await speak.call(method.toUpperCase(), path, body));
      }
      expect(`${method} ${template} ${status}`).toBe(`${method} ${template} 200`);
    }
  }
});

test('the served document is the one in docs, and needs no key', async () => {
  const answer = await api(gateway, '').call('GET', '/openapi.json');
  expect(answer.body).toEqual(await document());
});

test('files answer ranges, copies that are known, and links as described', async () => {
  for (const prefix of PREFIXES) {
    const path = `${prefix}/${finished.id}/content`;
    const { headers } = await speak.call('HEAD', path);
    const ask = async (more: Record<string, string>) => (await speak.call('GET', path, { headers: more })).status;
    expect(await ask({ range: 'bytes=0-99' })).toBe(206);
    expect(await ask({ range: 'bytes=999999999-' })).toBe(416);
    expect(await ask({ 'if-none-match': headers.get('etag') ?? '' })).toBe(304);
  }
  const nobody = api(gateway, '');
  expect((await nobody.call('GET', finished.video_url)).status).toBe(200);
  expect((await nobody.call('HEAD', finished.video_url)).status).toBe(200);
  expect((await nobody.call('GET', finished.video_url.replace(/.$/, '-'))).status).toBe(401);
});

test.each<[string, string, Parameters<typeof speak.call>[2], number]>([
  ['POST', '/v1/video/generations', { body: '{"model"' }, 400],
  ['POST', '/v1/video/generations', { body: { ...BODY, duration: 99, aspect_ratio: '7:1' } }, 400],
  ['POST', '/v1/video/generations', { body: { ...BODY, webhook_url: 'https://example.com' } }, 400],
  ['POST', '/v1/video/generations', { body: BODY, headers: { prefer: 'wait=5' } }, 400],
  ['POST', '/v1/videos', { body: 'a', headers: { 'content-type': 'text/plain' } }, 415],
  ['POST', '/v1/videos', { body: ' '.repeat(65 * 1024 * 1024) }, 413],
  ['GET', '/v1/videos?limit=0', {}, 400],
  ['GET', '/v1/videos/task_1', {}, 404],
  ['GET', '/v1/videos/nothing/content', {}, 404],
  ['GET', '/v1/videos/nothing/content?variant=poster', {}, 400],
  ['DELETE', '/v1/videos/task_1', {}, 400],
  ['POST', '/v1/videos/task_1/cancel', {}, 404],
  ['GET', '/v1/videos/task_1/events', {}, 400],
  ['PUT', '/v1/videos', {}, 405],
  ['GET', '/v1/nothing', {}, 404],
])('%s %s is refused as described', async (method, path, more, status) => {
  expect((await speak.call(method, path, more)).status).toBe(status);
});

test('a wrong key, a live key without a vendor, and a used idempotency key are refused as described', async () => {
  for (const path of [...PREFIXES, '/v1/models', '/v1/video/models', `/v1/videos/${finished.id}/content`]) {
    expect((await api(gateway, 'sk-test-nobody-knows-this-key').call('GET', path)).status).toBe(401);
  }
  expect((await api(gateway, gateway.keys.live).create(BODY)).status).toBe(503);
  const once = { 'idempotency-key': 'one' };
  const [first, again] = [await speak.create(BODY, once), await speak.create(BODY, once)];
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body.id).toBe(first.body.id);
  expect((await speak.create({ ...BODY, duration: 2 }, once)).status).toBe(409);
});

test('a file that is not ready says when to ask again', async () => {
  const { body } = await speak.create({ ...BODY, prompt: 'a fox [test:stuck]' });
  const answer = await speak.call('GET', `/v1/videos/${body.id}/content`);
  expect(answer.status).toBe(409);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
});

test('the generation of a failed request has no file', async () => {
  const { body } = await speak.create({ ...BODY, prompt: 'a fox [test:failed]' });
  expect((await speak.finished(body.id)).body.error.code).toBe('vendor_failed');
  expect((await speak.call('GET', `/v1/videos/${body.id}/content`)).status).toBe(404);
});
