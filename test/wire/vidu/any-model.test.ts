import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';
import { rows } from '../../harness/rows.ts';

let gateway: RunningGateway;
let media: MediaServer;
let image: string;

beforeAll(async () => {
  media = await startMediaServer();
  image = media.put('a.png', { mediaType: 'image/png', bytes: pngOf({ width: 640, height: 360 }) });
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: media.hostPort } });
});

afterAll(async () => {
  await discard(gateway);
  await media.close();
});

const create = (endpoint: string, body: unknown, headers?: Record<string, string>) =>
  api(gateway).call('POST', `/ent/v2/${endpoint}`, { body, ...(headers && { headers }) });

async function finished(id: string) {
  for (;;) {
    const { body } = await api(gateway).call('GET', `/v1/vidu/tasks/${id}/creations`);
    if (body.state === 'success' || body.state === 'failed') return body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const warned = (headers: Headers) =>
  JSON.parse(headers.get('onereel-warnings') ?? '[]').map(({ param }: { param: string }) => param);

/** Rendering takes the test's time: one of another vendor, and one whose length Vidu chooses. */
const FOLLOWED: ReadonlySet<string> = new Set(['jisudance2.0-720p', 'viduq2-pro']);

/** What clients of Vidu always send; it asks for nothing. */
const USUAL = { movement_amplitude: 'auto', bgm: false, style: 'general', watermark: false, off_peak: false, seed: 0 };

test.each<[string, string, object, number]>([
  ['text2video', 'veo3.1-video-720p', { duration: 4 }, 320],
  ['text2video', 'jisudance2.0-720p', { duration: 4 }, 0],
  ['text2video', 'viduq3t-720p', { duration: 1 }, 11],
  ['start-end2video', 'seedance2.0-480p', { duration: 4, images: ['{IMAGE}', '{IMAGE}'] }, 0],
  ['reference2video', 'seedance2.0-fast-480p', { duration: 4, images: ['{IMAGE}'] }, 0],
  ['reference2video', 'viduq3p-mix-720p', { duration: 1, images: ['{IMAGE}'] }, 24],
  ['reference2video', 'viduq2-pro', { duration: 0, images: ['{IMAGE}'] }, 0],
])(
  '%s makes a video with %s',
  async (endpoint, model, more, credits) => {
    const body = JSON.parse(JSON.stringify({ model, prompt: 'a fox', ...USUAL, ...more }).replaceAll('{IMAGE}', image));
    const made = await create(endpoint, body);
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    expect(made.body.model).toBe(model);
    if (credits > 0) expect(made.body.credits).toBe(credits);
    expect(made.body.credits).toBeGreaterThan(0);
    if (!FOLLOWED.has(model)) return;
    const done = await finished(made.body.task_id);
    expect(done.state).toBe('success');
    expect(done.credits).toBeLessThanOrEqual(made.body.credits);
  },
  60_000,
);

test('whatever protocol made it, a generation can be asked for in this one, by any spelling of its id', async () => {
  const { body: made } = await api(gateway).create({ model: 'viduq3t-540p', prompt: 'a fox', image, duration: 1 });
  const id = made.id.replace('task_', '');
  const done = await finished(id);
  expect(done).toMatchObject({ id, state: 'success', type: 'img2video', resolution: '540p' });
  const spelled = await api(gateway).call('GET', `/ent/v2/tasks/${made.id}/creations`);
  expect(spelled.body.id).toBe(id);
  const { body: created } = await create('text2video', { model: 'viduq3-turbo', prompt: 'a fox', duration: 1 });
  expect((await api(gateway).get(created.task_id)).body).toMatchObject({ id: `task_${created.task_id}` });
}, 60_000);

test('numbers and booleans may be strings; what is ignored is told in a header', async () => {
  const body = {
    ...{ model: 'viduq3-turbo', prompt: 'ein Fuchs 雪', duration: '1', seed: '7', audio: 'false', off_peak: 'true' },
    ...{ bgm: 'true', watermark: 'true', wm_position: '4', aspect_rato: '1:1', ünbekannt: 1 },
  };
  const { body: made, headers } = await create('text2video', body);
  expect(made).toMatchObject({
    ...{ duration: 1, seed: 7, audio: false, off_peak: true, bgm: true, watermark: true, wm_position: 'bottom_left' },
    ...{ credits: 6, resolution: '720p' },
  });
  expect(warned(headers).sort()).toEqual(['aspect_rato', 'bgm', 'ünbekannt']);
  expect(headers.get('onereel-warnings')).toContain('Did you mean aspect_ratio?');
});

test('an aspect ratio beside a first frame is accepted, and does nothing', async () => {
  const body = { model: 'viduq3-turbo', images: [image], duration: 1, aspect_ratio: '16:9' };
  const { body: made, headers } = await create('img2video', body);
  expect([made.aspect_ratio, warned(headers)]).toEqual(['', ['aspect_ratio']]);
});

test('subjects go to the vendor as they were named; the payload does not', async () => {
  const payload = 'order 17';
  const subjects = [
    { name: 'fox', images: [image, image], voice_id: 'fox voice' },
    { name: 'hare', images: [image], videos: [] },
  ];
  const body = { model: 'viduq2', prompt: '@fox meets @hare', subjects, payload, duration: 1, resolution: '540p' };
  const { body: made } = await create('reference2video', body);
  expect(made).toMatchObject({ type: 'character2video', payload, subjects, images: [] });
  await finished(made.task_id);
  const [task] = await rows(
    gateway.dataFolder,
    `select doc -> 'wire' as wire from sandbox.tasks where vendor = 'vidu' and doc ->> 'prompt' = '@fox meets @hare'`,
  );
  const picture = expect.stringMatching(/^(?:http|data:image)/);
  expect(task?.['wire']).toMatchObject({
    type: 'character2video',
    subjects: [
      { name: 'fox', images: [picture, picture], voice_id: 'fox voice' },
      { name: 'hare', images: [picture] },
    ],
  });
  expect(JSON.stringify(task)).not.toContain(payload);
}, 60_000);

test('the same Idempotency-Key gives the same task, another body with it is refused', async () => {
  const body = { model: 'viduq3-turbo', prompt: 'a fox', duration: 1 };
  const once = { 'idempotency-key': 'vidu-once' };
  const [first, again] = [await create('text2video', body, once), await create('text2video', body, once)];
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = await create('text2video', { ...body, duration: 2 }, once);
  expect(other.body).toMatchObject({ code: 409, reason: 'Conflict' });
});

test('the tasks of another world are not found', async () => {
  const { body: made } = await create('text2video', { model: 'viduq3-turbo', prompt: 'a fox', duration: 1 });
  const live = api(gateway, gateway.keys.live);
  const query = await live.call('GET', `/ent/v2/tasks/${made.task_id}/creations`);
  expect(query.body).toMatchObject({ code: 404, reason: 'TaskNotFound' });
  expect((await live.call('POST', `/ent/v2/tasks/${made.task_id}/cancel`)).status).toBe(404);
  expect((await live.call('GET', '/ent/v2/tasks')).body).toEqual({ next_page_token: '', tasks: [] });
});

test('the list takes repeated and comma-separated words, the misprint of the page, and no template', async () => {
  const { body: made } = await create('text2video', { model: 'viduq3-turbo', prompt: 'a fox', duration: 1 });
  const count = async (query: string) =>
    (await api(gateway).call('GET', `/v1/vidu/tasks?task_ids=${made.task_id}&${query}`)).body.tasks.length;
  expect(await count('states=created&states=queueing,processing,success')).toBe(1);
  expect(await count('model_versions=2.0,q3-turbo')).toBe(1);
  expect(await count('model_versions=viduq3-turbo&resolutions=720P')).toBe(1);
  expect(await count('paper.page=1')).toBe(0);
  expect(await count('templates=hugging')).toBe(0);
  expect(await count(`created_at.from=${Math.floor(Date.now() / 1000) + 60}`)).toBe(0);
});
