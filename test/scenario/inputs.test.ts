import { randomFillSync } from 'node:crypto';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heicPhotograph } from '../../src/media/testing/heic-photograph.ts';
import { exif, jpegSegment } from '../../src/media/testing/image-bytes.ts';
import { bmp, heif, tiff } from '../../src/media/testing/more-images.ts';
import { concat } from '../../src/media/testing/mp4-boxes.ts';
import { type Answer, api } from '../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../harness/media-server.ts';
import { rows } from '../harness/rows.ts';

/** Inputs on their way from the caller to the vendor's stand-in, which obeys the vendor's own limits. */

let media: MediaServer;
/** Without a public address, as on a laptop. */
let inside: RunningGateway;
/** With one, which nothing outside of this process can reach. */
let outside: RunningGateway;

beforeAll(async () => {
  media = await startMediaServer();
  const env = { ONEREEL_FETCH_ALLOW: media.hostPort };
  [inside, outside] = await Promise.all([
    startTestGateway({ env }),
    startTestGateway({ env: { ...env, ONEREEL_PUBLIC_URL: 'https://video.invalid' } }),
  ]);
}, 60_000);

afterAll(async () => {
  await Promise.all([inside, outside].map((gateway) => discard(gateway)));
  await media.close();
});

const put = (name: string, bytes: Uint8Array): string => media.put(name, { mediaType: 'text/plain', bytes });
const uri = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;

async function accepted(gateway: RunningGateway, body: unknown): Promise<Answer['body']> {
  const { status, body: answer } = await api(gateway).create(body);
  expect(status, JSON.stringify(answer)).toBe(200);
  return answer;
}

async function made(gateway: RunningGateway, body: unknown): Promise<Answer['body']> {
  const { id } = await accepted(gateway, body);
  const { body: done } = await api(gateway).finished(id, 60);
  expect(done.status, JSON.stringify(done.error)).toBe('completed');
  return done;
}

/** Where the inputs of a generation are to come from. */
async function sourcesOf(gateway: RunningGateway, { id }: Answer['body']): Promise<readonly Record<string, unknown>[]> {
  const [row] = await rows(gateway.dataFolder, 'select routes from generations where id = $1', [id.slice(5)]);
  return row.routes[0].request.inputs.map(({ source }: { source: Record<string, unknown> }) => source);
}

async function upload(gateway: RunningGateway, bytes: Uint8Array): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)]), 'input');
  const authorization = `Bearer ${gateway.keys.test}`;
  const response = await fetch(`${gateway.url}/v1/files`, { method: 'POST', headers: { authorization }, body: form });
  const answer = (await response.json()) as { id: string }; // the answer of an upload
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer.id;
}

/** A picture of noise: it cannot be packed. */
function noise(width: number, height: number): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(width, height);
  randomFillSync(pixels.data);
  for (let at = 3; at < pixels.data.length; at += 4) pixels.data[at] = 255;
  context.putImageData(pixels, 0, 0);
  return canvas.toBuffer('image/png');
}

test('formats that the vendor refuses are converted, and the caller is told', async () => {
  const avif = await createCanvas(400, 300).encode('avif');
  for (const [name, bytes, sent] of [
    ['a.bmp', bmp(400, 300), 'image/png.*, 400 x 300 px, '],
    ['a.tiff', tiff(400, 300), 'image/png.*, 400 x 300 px, '],
    ['a.avif', avif, 'image/.*, 400 x 300 px, '],
    ['a.heic', heicPhotograph, 'image/jpeg.*, 128 x 160 px, '],
  ] as const) {
    const done = await made(inside, { model: 'viduq3t-540p', prompt: name, image: put(name, bytes), duration: 1 });
    expect(done.warnings).toMatchObject([
      { code: 'input_converted', param: 'image', sent: expect.stringMatching(`^${sent}`) },
    ]);
  }
}, 90_000);

test('a picture that EXIF turns is sent upright, and the video has its shape', async () => {
  const jpeg = await createCanvas(640, 360).encode('jpeg', 90);
  const segment = jpegSegment(0xe1, concat('Exif\0\0', exif(6, 'II')));
  const image = uri('image/jpeg', Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]));
  const done = await made(inside, { model: 'viduq3t-720p', prompt: 'a tower', image, duration: 1 });
  expect(done.warnings).toMatchObject([
    { code: 'input_converted', message: expect.stringContaining('is turned by its EXIF orientation (6).') },
  ]);
  expect(done.result.media).toMatchObject({ width: 720, height: 1280 });
}, 60_000);

test('a picture that the model takes goes as it is, from our copy, even when its address is gone', async () => {
  const bytes = pngOf({ width: 640, height: 360 });
  const body = { model: 'viduq3t-540p', prompt: 'a pier', image: put('once.png', bytes), duration: 1 };
  const answer = await accepted(inside, body);
  media.put('once.png', { mediaType: 'text/html', bytes: Buffer.from('<p>gone</p>') });
  expect(await sourcesOf(inside, answer)).toMatchObject([
    { mediaType: 'image/png', bytes: bytes.length, send: 'inline' },
  ]);
  expect((await api(inside).finished(answer.id, 60)).body.status).toBe('completed');
}, 60_000);

test('what is too large for the request goes by a link of ours, or is refused with the way out', async () => {
  const bytes = noise(2400, 2400);
  expect(bytes.length).toBeGreaterThan(16_000_000);
  const body = { model: 'viduq3t-540p', prompt: 'noise', duration: 1 };
  const refused = await api(inside).create({ ...body, image: await upload(inside, bytes) });
  expect(refused.status).toBe(400);
  expect(refused.body.error).toMatchObject({
    code: 'input_invalid',
    param: 'image',
    message: expect.stringContaining('ONEREEL_PUBLIC_URL'),
  });
  const image = put('noise.png', bytes);
  expect(await sourcesOf(inside, await accepted(inside, { ...body, image }))).toEqual([{ url: image }]);
  const done = await made(outside, { ...body, image: await upload(outside, bytes) });
  expect(await sourcesOf(outside, done)).toMatchObject([{ send: 'link', id: expect.stringMatching(/^\d+$/) }]);
}, 90_000);

test('a video of ours is extended and referred to by its link, without a public address', async () => {
  const first = await made(inside, { model: 'veo3.1-fast-video-720p', prompt: 'a pier', duration: 4 });
  const longer = await made(inside, { model: 'veo3.1-video-720p', prompt: 'on', video: first.video_url });
  expect(longer.result.media.seconds).toBeCloseTo(11, 1);
  const expired = first.video_url.replace(/expires=\d+/, 'expires=1000');
  const refused = await api(inside).create({ model: 'veo3.1-video-720p', prompt: 'on', video: expired });
  expect(refused.body.error).toMatchObject({ code: 'input_unreachable', param: 'video' });
  // Ark takes videos by address only, and this one leads to a laptop.
  const body = { model: 'seedance2.0-480p', prompt: 'on', videos: [first.video_url] };
  const unreachable = await api(inside).create(body);
  expect(unreachable.body.error).toMatchObject({
    code: 'input_invalid',
    param: 'videos[0]',
    message: expect.stringContaining('ONEREEL_PUBLIC_URL'),
  });
  const file = Buffer.from(await (await fetch(first.video_url)).arrayBuffer());
  const done = await made(outside, { ...body, duration: 4, videos: [uri('video/mp4', file)] });
  expect(await sourcesOf(outside, done)).toMatchObject([{ send: 'link', mediaType: 'video/mp4' }]);
}, 120_000);

test('pictures that Ark takes as they are reach it byte for byte', async () => {
  for (const bytes of [bmp(640, 360), tiff(640, 360), heif(640, 360)]) {
    const body = { model: 'seedance2.0-480p', prompt: 'a pier', image: put('ark', bytes), duration: 4 };
    const done = await made(inside, body);
    expect(done.warnings).toBeUndefined();
    expect(await sourcesOf(inside, done)).toMatchObject([{ bytes: bytes.length, send: 'inline' }]);
  }
}, 90_000);

test('a link to an input opens with its signature only, in ranges', async () => {
  const [input] = await rows(outside.dataFolder, "select id from inputs where facts->>'kind' = 'video' limit 1");
  const open = await fetch(`${outside.url}/v1/inputs/${input.id}?expires=99999999999&signature=x`);
  expect([open.status, await open.json()]).toMatchObject([401, { error: { code: 'invalid_key' } }]);
  const keyed = await api(outside).call('GET', `/v1/inputs/${input.id}`);
  expect(keyed.status).toBe(401);
});
