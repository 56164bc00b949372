import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';
import { rows } from '../../harness/rows.ts';
import { REFUSALS } from './refusal-cases.ts';

let gateway: RunningGateway;
let media: MediaServer;

beforeAll(async () => {
  media = await startMediaServer();
  media.put('a.png', { mediaType: 'image/png', bytes: pngOf({ width: 640, height: 360 }) });
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: media.hostPort } });
});

/** Refused before spent: no generation, no money moved, nothing for a vendor. */
afterAll(async () => {
  const [left] = await rows(
    gateway.dataFolder,
    `select (select count(*) from generations)::int as generations, (select count(*) from attempts)::int as attempts,
      (select count(*) from ledger_transactions where kind <> 'grant')::int as bookings`,
  );
  await discard(gateway);
  await media.close();
  expect(left).toEqual({ generations: 0, attempts: 0, bookings: 0 });
});

function expectRefusal(
  answer: Answer,
  { status = 400, ...more }: { status?: number; reason: string; message: string },
) {
  expect(answer.body).toEqual({
    code: status,
    ...more,
    metadata: { trace_id: answer.headers.get('x-request-id') },
  });
  expect(answer.status).toBe(status);
}

test.each(REFUSALS)('$endpoint refuses $asks', async ({ endpoint, body, reason, message }) => {
  for (const prefix of ['/v1/vidu', '/ent/v2']) {
    const sent = JSON.stringify(body).replaceAll('{MEDIA}', media.url);
    const answer = await api(gateway).call('POST', `${prefix}/${endpoint}`, { body: sent });
    expectRefusal(answer, { reason, message: message.replaceAll('{MEDIA}', media.url) });
  }
});

const TEXT = ['viduq3-pro', 'viduq3-turbo', 'viduq2', 'viduq1'];
const FRAMES = ['viduq2-pro', 'viduq2-turbo', 'viduq2-pro-fast', 'viduq1', 'viduq1-classic', 'vidu2.0'];
const ABLE: Readonly<Record<string, readonly string[]>> = {
  text2video: TEXT,
  img2video: ['viduq3-pro', 'viduq3-turbo', 'viduq3-pro-fast', ...FRAMES],
  'start-end2video': ['viduq3-pro', 'viduq3-turbo', ...FRAMES],
  reference2video: ['viduq3-turbo', 'viduq3', 'viduq3-mix', 'viduq2', 'viduq2-pro', 'viduq1', 'vidu2.0'],
};
const ALL = [...new Set(Object.values(ABLE).flat())];
const WORDS: Readonly<Record<string, string>> = {
  text2video: 'a prompt alone',
  img2video: 'a first frame',
  'start-end2video': 'a first and a last frame',
  reference2video: 'references',
};

describe.each(Object.entries(ABLE))('%s is refused', (endpoint, able) => {
  test.each(ALL.filter((model) => !able.includes(model)))(
    'with %s, and the models that can are named',
    async (model) => {
      const images = Array(endpoint === 'start-end2video' ? 2 : 1).fill(`${media.url}/a.png`);
      const body = { model, prompt: 'a fox', ...(endpoint !== 'text2video' && { images }) };
      const answer = await api(gateway).call('POST', `/ent/v2/${endpoint}`, { body });
      expect(answer.body).toMatchObject({ code: 400, reason: 'FieldInvalid' });
      const [, from, of, named = ''] =
        /^model is \S+, which makes no video from ([^(]+) \(([^)]+)\)\. These do: (.*)\.$/.exec(answer.body.message) ??
        [];
      expect([from, of]).toEqual([WORDS[endpoint], endpoint]);
      expect(named.split(', ').sort()).toEqual([...able].sort());
    },
  );
});

test.each<[string, string, Parameters<ReturnType<typeof api>['call']>[2], number, string]>([
  ['POST', 'text2video', { body: '{"model": "viduq3-turbo",' }, 400, 'CODEC'],
  ['POST', 'text2video', { body: '[]' }, 400, 'CODEC'],
  ['POST', 'text2video', { body: 'a', headers: { 'content-type': 'text/plain' } }, 415, 'BadRequest'],
  ['POST', 'text2video', { body: ' '.repeat(21 * 1024 * 1024) }, 413, 'BadRequest'],
  ['PUT', 'text2video', {}, 405, 'BadRequest'],
  ['GET', 'nothing', {}, 404, 'NotFound'],
  ['GET', 'tasks/abc/creations', {}, 400, 'CODEC'],
  ['GET', 'tasks/0/creations', {}, 404, 'TaskNotFound'],
  ['GET', 'tasks/task_940125400401448960/creations', {}, 404, 'TaskNotFound'],
  ['POST', 'tasks/940125400401448960/cancel', {}, 404, 'TaskNotFound'],
  ['GET', 'tasks?pager.pagesz=0', {}, 400, 'FieldInvalid'],
  ['GET', 'tasks?states=done', {}, 400, 'FieldInvalid'],
  ['GET', 'tasks?task_ids=abc', {}, 400, 'FieldInvalid'],
  ['GET', 'tasks?created_at.from=yesterday', {}, 400, 'FieldInvalid'],
  ['GET', 'credits?show_detail=maybe', {}, 400, 'FieldInvalid'],
])('%s %s is refused in Vidu’s form (%#)', async (method, path, more, status, reason) => {
  for (const prefix of ['/v1/vidu', '/ent/v2']) {
    const answer = await api(gateway).call(method, `${prefix}/${path}`, more);
    expectRefusal(answer, { status, reason, message: answer.body.message });
    expect(answer.body.message).not.toBe('');
  }
});

test('keys are refused in Vidu’s form: none, a wrong one, an admin’s, a live one without a vendor', async () => {
  const body = { model: 'viduq3-turbo', prompt: 'a fox' };
  for (const key of ['', 'sk-test-nobody-knows-this-key', gateway.keys.admin]) {
    const answer = await api(gateway, key).call('POST', '/ent/v2/text2video', { body });
    expectRefusal(answer, { status: 401, reason: 'Unauthorized', message: answer.body.message });
  }
  const live = await api(gateway, gateway.keys.live).call('POST', '/v1/vidu/text2video', { body });
  expectRefusal(live, { status: 503, reason: 'ModelUnavailable', message: live.body.message });
});

test('everything that is wrong is said at once', async () => {
  const body = { model: 'viduq3-turbo', prompt: 'a fox', duration: 99, resolution: '4K', aspect_ratio: '5:7' };
  const answer = await api(gateway).call('POST', '/ent/v2/text2video', { body });
  expectRefusal(answer, {
    reason: 'FieldInvalid',
    message:
      'duration is 99; viduq3-turbo takes 1 to 16 seconds from a prompt alone. resolution is "4K"; viduq3-turbo takes 540p, 720p or 1080p, or exact pixels such as 960x540. aspect_ratio is "5:7"; viduq3-turbo takes 16:9, 9:16, 1:1, 4:3 or 3:4 from a prompt alone.',
  });
});
