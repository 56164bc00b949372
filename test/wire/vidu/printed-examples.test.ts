import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';

/** The curl commands of Zenlayer's page (create video), copied byte by byte into fixtures/. */
const CURLS = new Map(
  [
    ...readFileSync(join(import.meta.dirname, 'fixtures/zenlayer.md'), 'utf8').matchAll(
      /tab title="([^"]+)" %\}\n\n```sh\n([\s\S]*?)\n```/g,
    ),
  ].map(([, title = '', curl = '']) => [title, curl]),
);

let gateway: RunningGateway;
let media: MediaServer;

beforeAll(async () => {
  media = await startMediaServer();
  for (const name of ['image2video.png', 'first.jpeg', 'last.jpeg'])
    media.put(name, { mediaType: 'image/png', bytes: pngOf({ width: 640, height: 360, hue: name.length * 20 }) });
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: media.hostPort, ONEREEL_SANDBOX_SPEED: '100' } });
});

afterAll(async () => {
  await discard(gateway);
  await media.close();
});

/** Host, key and media are the reader's own; nothing else of the text is touched. */
async function run(curl: string) {
  const text = curl
    .replace('https://gateway.theturbo.ai', gateway.url)
    .replace('$YOUR_API_KEY', gateway.keys.test)
    .replace('https://****/image2video.png', `${media.url}/image2video.png`)
    .replace('https://***.jpeg', `${media.url}/first.jpeg`)
    .replace('https://****.jpeg', `${media.url}/last.jpeg`);
  const { stdout } = await promisify(execFile)('sh', ['-c', text]);
  return JSON.parse(stdout);
}

const printed = (title: string): string => CURLS.get(title) ?? '';

async function finished(id: string) {
  const { call } = api(gateway);
  for (;;) {
    const { body } = await call('GET', `/v1/vidu/tasks/${id}/creations`);
    if (body.state === 'success' || body.state === 'failed') return body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('the page prints three commands', () => {
  expect([...CURLS.keys()]).toEqual(['Text to Video', 'Image to Video', 'Start-End Frame to Video']);
});

test('text to video runs as printed', async () => {
  const made = await run(printed('Text to Video'));
  expect(made).toMatchObject({
    ...{ model: 'viduq3-pro', type: 'text2video', state: 'created', duration: 5, aspect_ratio: '4:3', credits: 45 },
    ...{ resolution: '540p', style: 'general', audio: true, off_peak: false, wm_position: 'unspecified' },
  });
  expect(made.seed).toBeGreaterThan(0);
  const done = await finished(made.task_id);
  expect(done).toMatchObject({ state: 'success', err_code: '', credits: 45, progress: 100, seed: made.seed });
  expect(done.creations[0].video).toEqual({ duration: 5, fps: 24, resolution: { width: 720, height: 540 } });
}, 60_000);

test('image to video is refused for its trailing comma, and runs without it', async () => {
  const curl = printed('Image to Video');
  expect(await run(curl)).toMatchObject({
    code: 400,
    reason: 'CODEC',
    message:
      'The body is not valid JSON: at line 11, column 1 found "}" where a name in double quotes (a comma must not come last) is expected.',
  });
  const made = await run(curl.replace('"auto",\n}', '"auto"\n}'));
  expect(made).toMatchObject({
    ...{ type: 'img2video', images: [`${media.url}/image2video.png`], resolution: '1080p', aspect_ratio: '' },
    ...{ audio: true, audio_type: 'all', credits: 120 },
  });
  expect((await finished(made.task_id)).state).toBe('success');
}, 60_000);

test('start and end frame to video runs as printed', async () => {
  const made = await run(printed('Start-End Frame to Video'));
  expect(made).toMatchObject({ type: 'headtailimg2video', duration: 5, resolution: '1080p', credits: 120 });
  expect((await finished(made.task_id)).state).toBe('success');
}, 60_000);

test('the create answer has every field of the printed one, in its type', async () => {
  const page = {
    ...{ aspect_ratio: '', audio_type: 'all', client_request_id: '', created_at: '2026-04-10T09:54:37.292958746Z' },
    ...{ credits: 12, cus_priority: 0, duration: 1, images: ['x'], is_rec: false, meta_data: '', model: '' },
    ...{ movement_amplitude: 'auto', off_peak: false, payload: '', prompt: '', resolution: '720p', seed: 366874707 },
    ...{ state: 'created', style: 'general', task_id: '940125400401448960', type: 'img2video', watermark: false },
    ...{ wm_position: 'unspecified', wm_url: '' },
  };
  const body = { model: 'viduq3-turbo', images: [`${media.url}/image2video.png`], duration: 1 };
  const { body: made } = await api(gateway).call('POST', '/v1/vidu/img2video', { body });
  for (const [name, value] of Object.entries(page)) expect(typeof made[name], name).toBe(typeof value);
  expect(made).toMatchObject({ wm_position: 'unspecified', aspect_ratio: '', state: 'created', credits: 11 });
  expect(made.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  expect(made).not.toHaveProperty('code');
});
