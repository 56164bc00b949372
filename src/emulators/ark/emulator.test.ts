import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, mediaUri, mediaUrl, openBench, until } from '../../../test/emulator-bench.ts';

const KEY = 'Bearer ark-test';
const TASKS = '/ark/api/v3/contents/generations/tasks';
const MODEL = 'doubao-seedance-2-0-260128';
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
beforeEach(async () => {
  await bench.control('POST', '/reset');
  await bench.control('POST', '/limits', { arkGetPerSecond: 10_000, arkListPerSecond: 10_000 });
});
afterAll(() => bench.close());

const post = (body: unknown, key = KEY) => bench.call('POST', TASKS, { key, body });
const get = (path: string, key = KEY) => bench.call('GET', TASKS + path, { key });
const remove = (id: string) => bench.call('DELETE', `${TASKS}/${id}`, { key: KEY });
const say = (text: string) => ({ type: 'text', text });
const image = (role?: string, facts = {}) => ({
  type: 'image_url',
  image_url: { url: mediaUri('image', facts) },
  ...(role && { role }),
});
const video = (facts = {}) => ({
  type: 'video_url',
  video_url: { url: mediaUrl('video', facts) },
  role: 'reference_video',
});
const audio = (facts = {}) => ({
  type: 'audio_url',
  audio_url: { url: mediaUri('audio', facts) },
  role: 'reference_audio',
});
const body = (more: object = {}, ...content: object[]) => ({
  model: MODEL,
  content: [say('a fox'), ...content],
  ...more,
});
/** Time goes on by `bench.pass` only; a reset ends it. */
const freeze = () => bench.control('POST', '/clock', { rate: 1e-6 });
const finished = (id: string) =>
  until(
    () => get(`/${id}`),
    (answer) => !['queued', 'running'].includes(answer.body.status),
  );

test('the states come in order; the finished task has its link, its usage and what was chosen', async () => {
  await freeze();
  const created = await post(body({ duration: 4, resolution: '480p', safety_identifier: 'attempt-1' }));
  expect(created.body).toEqual({ id: expect.stringMatching(/^cgt-\d{14}-\w+$/), safety_identifier: 'attempt-1' });
  const look = async () => (await get(`/${created.body.id}`)).body;
  const seen: string[] = [(await look()).status];
  await bench.pass(0.02);
  seen.push((await look()).status);
  await bench.pass(1);
  const done = await until(look, (task) => task.status !== 'running');
  seen.push(done.status);
  expect(seen).toEqual(['queued', 'running', 'succeeded']);
  expect(done).toMatchObject({
    id: created.body.id,
    model: MODEL,
    error: null,
    content: { video_url: expect.stringContaining('/ark/files/') },
    usage: { completion_tokens: 40_176, total_tokens: 40_176 },
    resolution: '480p',
    ratio: '16:9',
    duration: 4,
    framespersecond: 24,
    generate_audio: true,
    service_tier: 'default',
    execution_expires_after: 172_800,
    safety_identifier: 'attempt-1',
  });
  expect(done).not.toHaveProperty('progress');
  expect(bench.specs.at(-1)).toMatchObject({ width: 864, height: 496, seconds: 4, fps: 24, audio: true });
  expect(await (await fetch(done.content.video_url)).json()).toMatchObject({ prompt: 'a fox' });
});

test('the link refuses an Authorization header and ends 24 hours after the task', async () => {
  const { id } = (await post(body({ return_last_frame: true }))).body;
  const { content } = (await finished(id)).body;
  expect((await fetch(content.video_url, { headers: { authorization: KEY } })).status).toBe(400);
  expect((await fetch(content.last_frame_url)).headers.get('content-type')).toBe('image/jpeg');
  await bench.pass(86_410);
  expect((await fetch(content.video_url)).status).toBe(403);
  const again = (await get(`/${id}`)).body.content.video_url;
  expect((await fetch(again)).status).toBe(403);
});

const frame = image('first_frame');
const many = (count: number, part: object): object[] => Array<object>(count).fill(part);
const refusals: [name: string, sent: object, code: string, status?: number][] = [
  ['no model', { content: [say('a')] }, 'MissingParameter'],
  ['no content', { model: MODEL }, 'MissingParameter'],
  ['an empty content', { model: MODEL, content: [] }, 'InvalidParameter'],
  ['an unknown model', body({ model: 'seedance-9' }), 'InvalidEndpointOrModel.NotFound', 404],
  ['3 seconds', body({ duration: 3 }), 'InvalidParameter'],
  ['16 seconds', body({ duration: 16 }), 'InvalidParameter'],
  ['a duration as text', body({ duration: '5' }), 'InvalidParameter'],
  ['an odd ratio', body({ ratio: '2:1' }), 'InvalidParameter'],
  ['4k on fast', body({ model: 'doubao-seedance-2-0-fast-260128', resolution: '4k' }), 'InvalidParameter'],
  ['a seed on 2.0', body({ seed: 1 }), 'InvalidParameter.UnsupportedParameter'],
  ['camera_fixed on 2.0', body({ camera_fixed: true }), 'InvalidParameter.UnsupportedParameter'],
  ['a negative prompt', body({ negative_prompt: 'x' }), 'InvalidParameter.UnsupportedParameter'],
  ['flex on 2.0', body({ service_tier: 'flex' }), 'InvalidParameter'],
  ['a long safety identifier', body({ safety_identifier: 'a'.repeat(65) }), 'InvalidParameter'],
  ['an expiry of a minute', body({ execution_expires_after: 60 }), 'InvalidParameter'],
  ['frames next to references', body({}, frame, image('reference_image')), 'InvalidParameter.TaskTypeConstraint'],
  ['a last frame alone', body({}, image('last_frame')), 'InvalidParameter.TaskTypeConstraint'],
  ['two images without roles', body({}, image(), image()), 'InvalidParameter'],
  ['ten references', body({}, ...many(10, image('reference_image'))), 'InvalidParameter'],
  ['four clips', body({}, ...many(4, video({ seconds: 2 }))), 'InvalidParameter'],
  ['a sound alone', { model: MODEL, content: [audio()] }, 'InvalidParameter.TaskTypeConstraint'],
  ['clips of 20 s together', body({}, video({ seconds: 10 }), video({ seconds: 10 })), 'InvalidParameter'],
  ['a clip of 1 s', body({}, video({ seconds: 1 })), 'InvalidParameter'],
  ['a clip of 10 fps', body({}, video({ fps: 10 })), 'InvalidParameter'],
  ['a small clip', body({}, video({ width: 640, height: 360 })), 'InvalidParameter'],
  ['a base64 clip', body({}, { type: 'video_url', video_url: { url: mediaUri('video') } }), 'InvalidParameter'],
  ['an m4a sound', body({}, image('reference_image'), audio({ format: 'm4a' })), 'InvalidParameter'],
  ['a 200 px image', body({}, image('first_frame', { width: 200, height: 200 })), 'InvalidParameter'],
  ['a 3:1 image', body({}, image('first_frame', { width: 1500, height: 500 })), 'InvalidParameter'],
  [
    'an image that cannot be fetched',
    body({}, { type: 'image_url', image_url: { url: 'https://media.example/!' } }),
    'InvalidImageURL.DownloadFailed',
  ],
  ['an asset', body({}, { type: 'image_url', image_url: { url: 'asset://a' } }), 'InvalidParameter'],
  ['neither text nor media', { model: MODEL, content: [say('')] }, 'MissingParameter'],
  ['a refused prompt', { model: MODEL, content: [say('[test:refused]')] }, 'InputTextSensitiveContentDetected'],
];
test.for(refusals)('%s is refused', async ([, sent, code, status]) => {
  const answer = await post(sent);
  expect([answer.status, answer.body.error.code]).toEqual([status ?? 400, code]);
  expect(answer.body.error).toEqual({
    code,
    message: expect.any(String),
    param: expect.any(String),
    type: status === 404 ? 'NotFound' : 'BadRequest',
  });
  expect((await bench.control('GET', '/truth')).tasks).toEqual([]);
});

test('frames, references and sounds reach the studio; adaptive takes the nearest ratio', async () => {
  const tall = { width: 900, height: 1600 };
  const one = await post(body({ model: 'dreamina-seedance-2-0-260128' }, image(undefined, tall)));
  expect((await finished(one.body.id)).body).toMatchObject({ ratio: '9:16' });
  expect(bench.specs.at(-1)).toMatchObject({ width: 720, height: 1280, first: { kind: 'image' } });
  const two = await post(body({ ratio: '21:9' }, frame, image('last_frame')));
  await finished(two.body.id);
  expect(bench.specs.at(-1)).toMatchObject({ width: 1470, height: 630, last: { kind: 'image' } });
  const three = await post(body({}, image('reference_image'), video(), audio()));
  const done = (await finished(three.body.id)).body;
  expect(bench.specs.at(-1)?.references?.map(({ kind }) => kind)).toEqual(['image', 'video', 'audio']);
  // 5 s in and 5 s out at 720p: 10 s are above the floor of 9.
  expect(done.usage.completion_tokens).toBe(216_000);
});

test('text commands in the prompt override size and length', async () => {
  const { id } = (await post({ model: MODEL, content: [say('a fox --rs 480p --dur 7 --rt 1:1 --fps nonsense')] })).body;
  expect((await finished(id)).body).toMatchObject({ resolution: '480p', duration: 7, ratio: '1:1' });
  expect(bench.specs.at(-1)).toMatchObject({ width: 640, height: 640, seconds: 7 });
});

test('DELETE goes by state', async () => {
  await freeze();
  const queued = (await post(body())).body.id;
  expect((await remove(queued)).status).toBe(200);
  expect((await get(`/${queued}`)).body.status).toBe('cancelled');
  expect((await remove(queued)).body.error.code).toBe('OperationDenied.InvalidState');
  const running = (await post(body())).body.id;
  await bench.pass(0.02);
  expect((await get(`/${running}`)).body.status).toBe('running');
  expect((await remove(running)).status).toBe(403);
  await bench.control('POST', '/clock', { rate: 1 });
  await finished(running);
  expect((await remove(running)).status).toBe(200);
  expect((await get(`/${running}`)).status).toBe(404);
  await bench.pass(86_500);
  expect((await get(`/${queued}`)).status).toBe(404);
  const { tasks } = await bench.control('GET', '/truth?vendor=ark');
  expect(tasks.map((task: { state: string; deleted: boolean }) => [task.state, task.deleted])).toEqual([
    ['cancelled', false],
    ['succeeded', true],
  ]);
});

test('a task that does not end in time is expired', async () => {
  const { id } = (await post({ model: MODEL, content: [say('[test:stuck]')], execution_expires_after: 3600 })).body;
  await bench.pass(3500);
  expect((await get(`/${id}`)).body.status).toBe('running');
  await bench.pass(101);
  expect((await get(`/${id}`)).body.status).toBe('expired');
});

test('the list pages and filters, once per second', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 3; index++) ids.unshift((await post(body({ safety_identifier: `s${index}` }))).body.id);
  const page = await get('?page_num=1&page_size=2');
  expect(page.body.total).toBe(3);
  expect(page.body.items.map((task: { safety_identifier: string }) => task.safety_identifier)).toEqual(['s2', 's1']);
  expect((await get('?page_num=2&page_size=2')).body.items).toMatchObject([{ id: ids[2] }]);
  expect((await get(`?filter.task_ids=${ids[0]}&filter.task_ids=${ids[1]}`)).body.total).toBe(2);
  expect((await get('?filter.status=failed')).body.total).toBe(0);
  await bench.control('POST', '/limits', { arkListPerSecond: 1 });
  await bench.pass(2);
  expect((await get('')).status).toBe(200);
  expect((await get('')).body.error.code).toBe('AccountRateLimitExceeded');
  expect((await get('', 'Bearer other')).status).toBe(200);
  await bench.pass(1);
  expect((await get('')).status).toBe(200);
  await bench.pass(7 * 86_400);
  expect((await get('')).body.total).toBe(0);
});
