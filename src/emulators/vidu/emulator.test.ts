import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, mediaUri, mediaUrl, openBench, until } from '../../../test/emulator-bench.ts';

const KEY = 'Token vda_test';
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
beforeEach(() => bench.control('POST', '/reset'));
afterAll(() => bench.close());

const post = (path: string, body: unknown, key = KEY) => bench.call('POST', `/vidu/ent/v2${path}`, { key, body });
const get = (path: string, key = KEY) => bench.call('GET', `/vidu/ent/v2${path}`, { key });
const text = (more: object = {}) => ({ model: 'viduq3-turbo', prompt: 'a fox', ...more });
const finished = (id: string) =>
  until(
    () => get(`/tasks/${id}/creations`),
    ({ body }) => ['success', 'failed'].includes(body.state),
  );
const image = mediaUri('image');
/** Time goes on by `bench.pass` only; a reset ends it. */
const freeze = () => bench.control('POST', '/clock', { rate: 1e-6 });

test('a create answers with the documented fields and the credits', async () => {
  const { status, body } = await post('/text2video', text({ duration: 4, payload: 'mine', seed: 7 }));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: 'created',
    model: 'viduq3-turbo',
    prompt: 'a fox',
    duration: 4,
    seed: 7,
    resolution: '720p',
    aspect_ratio: '16:9',
    audio: true,
    payload: 'mine',
    credits: 44,
    off_peak: false,
    type: 'text2video',
  });
  expect(body.task_id).toMatch(/^\d{18,19}$/);
  expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
});

test('the states come in order and the video has what was asked', async () => {
  await freeze();
  const { body } = await post('/text2video', text({ resolution: '540p', aspect_ratio: '9:16', duration: 3 }));
  const look = () => get(`/tasks/${body.task_id}/creations`);
  const seen: string[] = [(await look()).body.state];
  for (const seconds of [0.008, 0.02]) {
    await bench.pass(seconds);
    seen.push((await look()).body.state);
  }
  await bench.pass(1);
  const done = await until(look, (answer) => answer.body.state !== 'processing');
  seen.push(done.body.state);
  expect(seen).toEqual(['created', 'queueing', 'processing', 'success']);
  expect(done.body).toMatchObject({ id: body.task_id, err_code: '', progress: 100, credits: 21 });
  expect(bench.specs.at(-1)).toMatchObject({ width: 540, height: 960, seconds: 3, fps: 24, audio: true });
  const [creation] = done.body.creations;
  const file = await fetch(creation.url);
  expect(file.headers.get('content-type')).toBe('video/mp4');
  expect(await file.json()).toMatchObject({ prompt: 'a fox', seconds: 3 });
  expect((await fetch(creation.cover_url)).headers.get('content-type')).toBe('image/jpeg');
});

const refusals: [name: string, path: string, body: object, reason: string][] = [
  ['a missing prompt', '/text2video', { model: 'viduq3-pro' }, 'FieldLacking'],
  ['a missing model', '/text2video', { prompt: 'a' }, 'FieldLacking'],
  ['an unknown model', '/text2video', text({ model: 'viduq9' }), 'ModelUnavailable'],
  ['a model of another endpoint', '/text2video', text({ model: 'viduq3' }), 'FieldInvalid'],
  ['viduq2 with two frames', '/start-end2video', { model: 'viduq2', images: [image, image] }, 'FieldInvalid'],
  ['17 seconds', '/text2video', text({ duration: 17 }), 'FieldInvalid'],
  ['half a second', '/text2video', text({ duration: 1.5 }), 'FieldInvalid'],
  ['a duration as text', '/text2video', text({ duration: '5' }), 'FieldInvalid'],
  ['a 4k resolution', '/text2video', text({ resolution: '4K' }), 'FieldInvalid'],
  [
    '540p on mix',
    '/reference2video',
    text({ model: 'viduq3-mix', resolution: '540p', images: [image] }),
    'FieldInvalid',
  ],
  ['2 seconds of references', '/reference2video', text({ duration: 2, images: [image] }), 'FieldInvalid'],
  ['subjects on mix', '/reference2video', text({ model: 'viduq3-mix', subjects: [] }), 'FieldUnwanted'],
  ['a ratio next to an image', '/img2video', text({ images: [image], aspect_ratio: '1:1' }), 'FieldUnwanted'],
  ['two images on img2video', '/img2video', text({ images: [image, image] }), 'FieldItemCountOutOfRange'],
  ['eight references', '/reference2video', text({ images: Array(8).fill(image) }), 'FieldItemCountOutOfRange'],
  ['no references', '/reference2video', text(), 'FieldLacking'],
  ['videos on q3', '/reference2video', text({ images: [image], videos: [mediaUri('video')] }), 'FieldUnwanted'],
  ['audio on q2 text', '/text2video', text({ model: 'viduq2', audio: true }), 'FieldUnwanted'],
  ['3:4 on q1', '/text2video', text({ model: 'viduq1', aspect_ratio: '3:4' }), 'FieldInvalid'],
  [
    '8 s of vidu2.0 at 1080p',
    '/img2video',
    { model: 'vidu2.0', duration: 8, resolution: '1080p', images: [image] },
    'FieldInvalid',
  ],
  [
    'off-peak on mix',
    '/reference2video',
    text({ model: 'viduq3-mix', off_peak: true, images: [image] }),
    'FieldInvalid',
  ],
  [
    'bgm with subjects',
    '/reference2video',
    text({ bgm: true, subjects: [{ name: 'a', images: [image] }] }),
    'FieldUnwanted',
  ],
  ['a voice on q3', '/img2video', text({ images: [image], voice_id: 'x' }), 'FieldUnwanted'],
  ['an over-long prompt', '/text2video', text({ prompt: 'a'.repeat(5001) }), 'FieldInvalid'],
  ['an unknown field', '/text2video', text({ negative_prompt: 'x' }), 'FieldUnwanted'],
  [
    'an image that cannot be fetched',
    '/img2video',
    text({ images: ['https://media.example/!'] }),
    'ImageDownloadFailure',
  ],
  ['an image that is none', '/img2video', text({ images: ['data:image/png;base64,AAAA'] }), 'ImageFormatInvalid'],
  ['a clip as image', '/img2video', text({ images: [mediaUri('video')] }), 'ImageFormatInvalid'],
  ['a gif', '/img2video', text({ images: [mediaUri('image', { format: 'gif' })] }), 'ImageFormatInvalid'],
  [
    'a 1:5 image',
    '/img2video',
    text({ images: [mediaUri('image', { height: 100, width: 500 })] }),
    'PageSizeOutOfRange',
  ],
  [
    'a small reference',
    '/reference2video',
    text({ images: [mediaUri('image', { height: 100, width: 100 })] }),
    'PageSizeOutOfRange',
  ],
  [
    'frames of other sizes',
    '/start-end2video',
    text({ images: [image, mediaUri('image', { width: 1920, height: 1080 })] }),
    'PageSizeOutOfRange',
  ],
  ['a refused prompt', '/text2video', text({ prompt: 'a [TEST:Refused] b' }), 'TaskPromptPolicyViolation'],
];
test.for(refusals)('%s is refused', async ([, path, body, reason]) => {
  const answer = await post(path, body);
  expect([answer.status, answer.body.reason]).toEqual([400, reason]);
  expect(answer.body).toMatchObject({
    code: 400,
    message: expect.any(String),
    metadata: { trace_id: expect.any(String) },
  });
  expect((await bench.control('GET', '/truth')).tasks).toEqual([]);
});

test('malformed JSON is a CODEC error', async () => {
  const { status, body } = await post('/text2video', '{"model":');
  expect([status, body.reason]).toEqual([400, 'CODEC']);
});

test('a non-integer id is refused before the key is looked at', async () => {
  expect((await get('/tasks/abc/creations', 'Token bad-key')).body.reason).toBe('CODEC');
  expect((await get('/tasks/0/creations', 'Token bad-key')).status).toBe(401);
  expect((await get('/tasks/0/creations')).body).toMatchObject({ code: 404, reason: 'TaskNotFound' });
});

test('the word Bearer is not taken', async () => {
  expect((await get('/credits', 'Bearer vda_test')).status).toBe(401);
});

test("another account's task is not found", async () => {
  const { body } = await post('/text2video', text());
  expect((await get(`/tasks/${body.task_id}/creations`, 'Token vda_other')).status).toBe(404);
});

test('an image decides the aspect, its frames reach the studio', async () => {
  const tall = mediaUrl('image', { width: 600, height: 1000 });
  const { body } = await post('/start-end2video', { model: 'viduq3-pro', images: [tall, tall], resolution: '720p' });
  await finished(body.task_id);
  const spec = bench.specs.at(-1);
  expect(spec).toMatchObject({ width: 720, height: 1200, seconds: 5, prompt: '' });
  expect(spec?.first?.path).toBe(spec?.last?.path);
});

test('both reference forms bring their images', async () => {
  const one = await post('/reference2video', text({ images: [image, image] }));
  await finished(one.body.task_id);
  expect(bench.specs.at(-1)?.references).toHaveLength(2);
  const subjects = [
    { name: 'a', images: [image, image] },
    { name: 'b', images: [image] },
  ];
  const two = await post('/reference2video', text({ model: 'viduq3', prompt: '@a and @b', subjects }));
  await finished(two.body.task_id);
  expect(bench.specs.at(-1)?.references).toHaveLength(3);
});

test('a watermark is a second file', async () => {
  const { body } = await post('/text2video', text({ watermark: true, wm_position: 1 }));
  const [creation] = (await finished(body.task_id)).body.creations;
  expect(await (await fetch(creation.watermarked_url)).json()).toMatchObject({ watermark: { position: 'top-left' } });
  expect(await (await fetch(creation.url)).json()).not.toHaveProperty('watermark');
});

test('the image of a watermark is fetched and reaches the studio, and is refused when it is none', async () => {
  const mark = mediaUrl('image', { width: 64, height: 64 });
  const { body } = await post('/text2video', text({ watermark: true, wm_position: 4, wm_url: mark }));
  await finished(body.task_id);
  const watermark = { position: 'bottom-left', image: { kind: 'image', path: expect.any(String) } };
  expect(bench.specs.at(-1)).toMatchObject({ watermark });
  const marked = (wm_url: string, watermark = true) => post('/text2video', text({ watermark, wm_url }));
  expect((await marked('https://media.example/!')).body.reason).toBe('ImageDownloadFailure');
  expect((await marked(mediaUrl('audio'))).body.reason).toBe('ImageFormatInvalid');
  expect((await marked('https://media.example/!', false)).status).toBe(200);
});

test('music, voices, tracks and movement reach the studio where the model has them', async () => {
  const images = [image];
  const q2 = { model: 'viduq2-pro', bgm: true, audio: true, voice_id: 'host', audio_type: 'speech_only', images };
  const q3 = { model: 'viduq3-pro', bgm: true, movement_amplitude: 'large', images };
  const older = { model: 'viduq1', bgm: true, movement_amplitude: 'large', style: 'anime', prompt: 'a fox' };
  for (const [path, body, spec] of [
    ['/img2video', q2, { music: true, audio: true, speech: { only: 'speech', voice: 'host' } }],
    ['/img2video', { ...q2, duration: 9 }, { music: false }],
    ['/img2video', q3, { music: false, audio: true, remarks: ['large movement'] }],
    [
      '/text2video',
      older,
      { music: true, audio: false, movement: 'large', remarks: ['anime style', 'large movement'] },
    ],
  ] as const) {
    await finished((await post(path, body)).body.task_id);
    expect(bench.specs.at(-1)).toMatchObject(spec);
  }
  expect(bench.specs.at(-2)).not.toHaveProperty('movement');
});

test('a failing studio is a vendor failure', async () => {
  const { body } = await post('/text2video', text({ prompt: 'breaks the studio' }));
  expect((await finished(body.task_id)).body).toMatchObject({
    err_code: 'InternalServiceFailure',
    credits: 0,
    creations: [],
  });
});

test('at most five run, the rest wait in order, and a waiting one can be cancelled', async () => {
  await freeze();
  const ids: string[] = [];
  for (let index = 0; index < 7; index++) ids.push((await post('/text2video', text())).body.task_id);
  await bench.pass(0.05);
  const states = await Promise.all(ids.map(async (id) => (await get(`/tasks/${id}/creations`)).body.state));
  expect(states).toEqual([...Array(5).fill('processing'), 'queueing', 'queueing']);
  const [credits] = (await get('/credits')).body.remains;
  expect(credits).toMatchObject({ concurrency_limit: 5, current_concurrency: 5, queue_count: 2 });

  const refused = await post(`/tasks/${ids[0]}/cancel`, { id: ids[0] });
  expect(refused.body).toMatchObject({
    code: 400,
    reason: 'BadRequest',
    message: 'task state is scheduled, can not cancel',
  });
  expect(await post(`/tasks/${ids[6]}/cancel`, { id: ids[6] })).toMatchObject({ status: 200, body: {} });
  expect((await get(`/tasks/${ids[6]}/creations`)).body).toMatchObject({
    state: 'failed',
    err_code: 'UserCancelled',
    credits: 0,
  });
});

test('the list filters and pages', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 3; index++)
    ids.unshift((await post('/text2video', text({ payload: `p${index}` }))).body.task_id);
  const page = await get('/tasks?pager.pagesz=2');
  expect(page.body.tasks.map((task: { id: string }) => task.id)).toEqual(ids.slice(0, 2));
  expect(page.body.tasks[0]).not.toHaveProperty('payload');
  const rest = await get(`/tasks?pager.pagesz=2&pager.page_token=${page.body.next_page_token}`);
  expect(rest.body).toMatchObject({ next_page_token: '', tasks: [{ id: ids[2] }] });
  expect((await get('/tasks?model_versions=q3-turbo')).body.tasks).toHaveLength(3);
  expect((await get('/tasks?model_versions=q2')).body.tasks).toHaveLength(0);
  expect((await get(`/tasks?task_ids=${ids[1]}`)).body.tasks).toHaveLength(1);
  expect((await get('/tasks?created_at.to=2001-01-01T00:00:00Z')).body.tasks).toHaveLength(0);
  expect((await get('/tasks?pager.pagesz=101')).body.reason).toBe('FieldInvalid');
});

test('links end after 24 hours and another look gives new ones', async () => {
  const { body } = await post('/text2video', text());
  const [old] = (await finished(body.task_id)).body.creations;
  await bench.pass(86_401);
  expect((await fetch(old.url)).status).toBe(403);
  const [fresh] = (await get(`/tasks/${body.task_id}/creations`)).body.creations;
  expect((await fetch(fresh.url)).status).toBe(200);
  expect((await fetch(fresh.url.replace(/Signature=../, 'Signature=xx'))).status).toBe(403);
});

test('a download serves ranges', async () => {
  const [{ url }] = (await finished((await post('/text2video', text())).body.task_id)).body.creations;
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
  const part = await fetch(url, { headers: { range: 'bytes=2-5' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2-5/${whole.length}`]);
  expect(await part.text()).toBe(whole.subarray(2, 6).toString());
});
