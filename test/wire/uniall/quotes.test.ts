import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, startMediaServer } from '../../harness/media-server.ts';
import { rows } from '../../harness/rows.ts';
import { upload } from '../../harness/upload.ts';
import { filmOf, serveInputs } from './input-files.ts';

let gateway: RunningGateway;
let media: MediaServer;
let folder: string;

beforeAll(async () => {
  media = await startMediaServer();
  serveInputs(media);
  folder = await mkdtemp(join(tmpdir(), 'onereel-quotes-'));
  await writeFile(join(folder, 'onereel.yaml'), 'rates: { CNY: { usd: 0.14, date: 2026-11-20 } }\n');
  gateway = await startTestGateway({
    env: { ONEREEL_FETCH_ALLOW: media.hostPort, ONEREEL_CONFIG: join(folder, 'onereel.yaml') },
  });
}, 60_000);

afterAll(async () => {
  await discard(gateway);
  await media.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sets the project's markup, and waits until every process has to know. */
async function setMarkup(markup: number): Promise<void> {
  await rows(gateway.dataFolder, 'update projects set markup = $1', [markup]);
  await expect.poll(async () => (await quote(FOX)).body.markup, { timeout: 20_000 }).toBe(markup);
}

const quote = (body: unknown, key?: string) => api(gateway, key).call('POST', '/v1/video/quotes', { body });

const FOX = { model: 'viduq3t-720p', prompt: 'a fox in the snow', duration: 5 };
/** No video is rendered for nothing. */
const ENDS_WITHOUT_VIDEO = 'a fox [test:missing]';
const SHORT = { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 };

test('a quote says what is held at most, what it costs as a rule, and what the price is made of', async () => {
  const { status, body } = await quote(FOX);
  expect(status).toBe(200);
  expect(body).toEqual({
    object: 'video.quote',
    model: 'viduq3t-720p',
    mode: 'text',
    livemode: false,
    currency: 'USD',
    // 5 s at vidu.cn: 60 credits of CNY 0.03125 at $0.14. At vidu.com: 55 credits of $0.005.
    held_micros: 275_000,
    quoted_micros: 275_000,
    expected_micros: 275_000,
    markup: 1,
    routes: [
      {
        provider: 'vidu',
        model: 'viduq3-turbo',
        held_micros: 275_000,
        expected_micros: 275_000,
        unit_price: { currency: 'USD', micros: 5_000, unit: 'credit', per: 1, date: '2026-08-13', origin: 'list' },
        units: { most: 55, expected: 55 },
        formula: expect.stringContaining('credits'),
        inputs: { seconds: 5, resolution: '720p', mode: 'text', off_peak: false, clip_credits: 55 },
        cost: { currency: 'USD', micros: 275_000 },
        rate: { usd: 1, date: null },
      },
      expect.objectContaining({
        provider: 'vidu-cn',
        held_micros: 262_500,
        cost: { currency: 'CNY', micros: 1_875_000 },
        rate: { usd: 0.14, date: '2026-11-20' },
      }),
    ],
  });
});

test.each([
  FOX,
  { ...FOX, model: 'viduq3t-720p-offpeak' },
  { model: 'seedance2.0-720p', prompt: 'a fox', duration: 5 },
  { model: 'veo3.1-video-1080p', prompt: 'a fox', duration: 8, audio: false },
])('what is quoted is what a create holds: %o', async (body) => {
  const { status, body: quoted } = await quote(body);
  expect(status).toBe(200);
  const { cost, warnings } = (await api(gateway).create({ ...body, prompt: ENDS_WITHOUT_VIDEO })).body;
  expect(quoted).toMatchObject({ quoted_micros: cost.quoted_micros, held_micros: cost.held_micros });
  expect(quoted.warnings).toEqual(warnings);
  expect(quoted.expected_micros).toBeLessThanOrEqual(quoted.held_micros);
  expect(quoted.held_micros).toBe(Math.max(...quoted.routes.map((route: typeof quoted) => route.held_micros)));
});

test('where the model chooses the picture, the largest is held and the usual one expected', async () => {
  const { body } = await quote({ model: 'seedance2.0-720p', prompt: 'a fox', duration: 5 });
  // BytePlus: $7 for a million tokens; 5 s of 1112 x 834, and of 1280 x 720.
  expect(body.routes[0]).toMatchObject({
    provider: 'byteplus',
    units: { most: 108_681, expected: 108_000 },
    held_micros: 760_767,
    expected_micros: 756_000,
    inputs: { output_seconds: 5, pixels: 1112 * 834, frames_per_second: 24 },
  });
});

test('a project pays its markup on every price', async () => {
  await setMarkup(1.25);
  const { body } = await quote(SHORT);
  // 7 credits at vidu.com, 8 at vidu.cn, which is the same in dollars.
  expect(body).toMatchObject({ held_micros: 43_750, expected_micros: 43_750, routes: [{ held_micros: 43_750 }, {}] });
  expect(body.routes[0].cost).toEqual({ currency: 'USD', micros: 35_000 });
  const created = await api(gateway).create(SHORT);
  expect(created.body.cost).toMatchObject({ held_micros: 43_750 });
  // Fixed at the quote: what changes later changes nothing of it.
  await setMarkup(1);
  const { body: done } = await api(gateway).finished(created.body.id);
  expect(done.cost).toMatchObject({ quoted_micros: 43_750, held_micros: 0, settled_micros: 43_750 });
});

const SIDE_EFFECTS = ['generations', 'inputs', 'files', 'events', 'queue', 'ledger_transactions', 'idempotency_keys'];
const written = async () => ({
  rows: await rows(
    gateway.dataFolder,
    SIDE_EFFECTS.map((table) => `select '${table}' as name, count(*)::int from ${table}`).join(' union all '),
  ),
  files: (await readdir(join(gateway.dataFolder, 'media'), { recursive: true })).sort(),
});

test('a video among the inputs is measured, and nothing is written or kept', async () => {
  const film = filmOf({ seconds: 7 });
  const stored = (await upload(gateway, { file: film, name: 'seven.mp4' })).body.id;
  const before = await written();
  const askedBefore = media.asked.length;
  const secondsOf = async (...videos: readonly string[]) => {
    const { status, body } = await quote({
      model: 'seedance2.0-720p',
      prompt: 'a fox',
      videos,
      images: [`${media.url}/large.png`],
      duration: 5,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return body.routes[0];
  };
  // 5 s out and 5 s in are more than the 9 s that count at least; at 4:3, the largest picture.
  expect(await secondsOf(`${media.url}/film.mp4`)).toMatchObject({
    inputs: { input_video_seconds: 5, least_seconds: 9 },
    unit_price: { micros: 4_300_000 },
    units: { expected: 216_000 },
  });
  expect(await secondsOf(stored)).toMatchObject({ inputs: { input_video_seconds: 7 }, units: { expected: 259_200 } });
  expect(media.asked.slice(askedBefore).every((name) => name === 'film.mp4')).toBe(true);
  expect(await written()).toEqual(before);
});

test('a video in the body itself is measured, and leaves nothing behind', async () => {
  const before = await written();
  const video = `data:video/mp4;base64,${filmOf({ seconds: 5 }).toString('base64')}`;
  const { body } = await quote({ model: 'veo3.1-video-720p', prompt: 'and then it rains', video });
  expect(body).toMatchObject({ mode: 'extend', expected_micros: 2_800_000, routes: [{ inputs: { seconds: 7 } }] });
  expect(await written()).toEqual(before);
});

test.each<[string, object, number, string, string | null]>([
  ['an unknown model', { ...FOX, model: 'viduq3t-721p' }, 400, 'unknown_model', 'model'],
  ['a length that is not offered', { ...FOX, duration: 99 }, 400, 'invalid_value', 'duration'],
  ['a body without a model', {}, 400, 'missing_field', 'model'],
  ['media of another family', { ...FOX, videos: ['https://example.com/a.mp4'] }, 400, 'unsupported_field', 'videos'],
])('%s is refused as in a create', async (_, body, status, code, param) => {
  const [quoted, created] = [await quote(body), await api(gateway).create(body)];
  expect(quoted).toMatchObject({ status, body: { error: { code, param } } });
  const facts = ({ body: { error } }: typeof quoted) => ({ ...error, request_id: undefined });
  expect(facts(quoted)).toEqual(facts(created));
});

test('a video that cannot be read, is too long or is nobody’s is refused by its name', async () => {
  const videos = async (...names: readonly string[]) =>
    (await quote({ model: 'seedance2.0-720p', prompt: 'a fox', videos: names, duration: 5 })).body.error;
  expect(await videos(`${media.url}/nothing.mp4`)).toMatchObject({ code: 'input_unreachable', param: 'videos[0]' });
  expect(await videos(`${media.url}/long.mp4`)).toMatchObject({
    code: 'input_invalid',
    message: expect.stringContaining('31'),
  });
  expect(await videos(`${media.url}/nine.mp4`, `${media.url}/film.mp4`, `${media.url}/film.mp4`)).toMatchObject({
    code: 'input_invalid',
    param: 'videos',
    message: 'videos holds reference videos of 19 s in all; at most 15 s are allowed.',
  });
  expect(await videos('file_123')).toMatchObject({ code: 'input_invalid', param: 'videos[0]' });
});

test('a key that may not use a model gets no quote for it, and one without a live channel none at all', async () => {
  const { dataFolder, keys } = gateway;
  expect((await quote(FOX, keys.live)).body.error).toMatchObject({ code: 'no_channel', param: 'model' });
  await rows(dataFolder, `update api_keys set models = '{veo*}' where kind = 'live'`);
  await expect
    .poll(async () => (await quote(FOX, keys.live)).body.error.code, { timeout: 20_000 })
    .toBe('model_not_allowed');
  expect((await quote(FOX, keys.admin)).status).toBeGreaterThanOrEqual(401);
  expect((await quote(FOX, '')).status).toBe(401);
});
