import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { movie, videoEntry } from '../../../src/media/testing/mp4-boxes.ts';
import { wav } from '../../../src/media/testing/sound-bytes.ts';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';
import { rows } from '../../harness/rows.ts';

/** What is accepted, what the caller is told about it, and what the vendor is asked for. Nothing here waits for a video. */

const PICTURE = '{MEDIA}/picture.png';
const VIDEO = '{MEDIA}/film.mp4';
const SOUND = '{MEDIA}/sound.wav';
const vidu = { model: 'viduq3p-720p', prompt: 'a fox [test:stuck]' };
const seedance = { model: 'seedance2.0-720p', prompt: 'a fox [test:stuck]' };
const veo = { model: 'veo3.1-video-720p', prompt: 'a fox [test:stuck]' };

let gateway: RunningGateway;
let media: MediaServer;

beforeAll(async () => {
  media = await startMediaServer();
  media.put('picture.png', { mediaType: 'image/png', bytes: pngOf({ width: 640, height: 360 }) });
  const film = movie({ entry: videoEntry(1280, 720) });
  media.put('film.mp4', { mediaType: 'video/mp4', bytes: film });
  media.put('sound.wav', { mediaType: 'audio/wav', bytes: wav({ seconds: 3, rate: 8000 }) });
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: media.hostPort } });
});
afterAll(async () => {
  await discard(gateway);
  await media.close();
});

/** Creates, and reads what is to be sent upstream: the request with every default resolved. */
async function accepted(body: unknown) {
  const sent = JSON.stringify(body).replaceAll('{MEDIA}', media.url);
  const { status, body: answer } = await api(gateway).create(sent);
  expect(status, JSON.stringify(answer)).toBe(200);
  const [row] = await rows(gateway.dataFolder, 'select routes from generations where id = $1', [answer.id.slice(5)]);
  return { answer, request: row.routes[0].request, route: row.routes[0] };
}

const ignored = (param: string, reason: string, requested?: unknown) => ({
  code: 'ignored_field',
  param,
  message: `${param} has no effect here and is not sent: ${reason}.`,
  ...(requested !== undefined && { requested }),
});
const unknown = (param: string, near?: string) => ({
  code: 'unknown_field',
  param,
  message: `${param} is not a field that Onereel knows; it is ignored.${near === undefined ? '' : ` Did you mean ${near}?`}`,
});

describe('is accepted with a warning:', () => {
  test.each([
    [
      'bgm on Q3',
      { ...vidu, extra_body: { bgm: true } },
      [ignored('extra_body.bgm', 'Q3 models make no separate background music', true)],
    ],
    [
      'bgm on the longest clips of Q2',
      { model: 'viduq2', prompt: 'a fox [test:stuck]', duration: 10, extra_body: { bgm: true } },
      [ignored('extra_body.bgm', 'Q2 models add no background music at 9 and 10 s', true)],
    ],
    [
      'sound on Q2 from a prompt alone',
      { model: 'viduq2', prompt: 'a fox [test:stuck]', audio: true },
      [ignored('audio', 'before Q3 there is sound from one image, or from references that the prompt names', true)],
    ],
    ['style on Q3', { ...vidu, style: 'anime' }, [ignored('style', 'Q3 models have no style switch', 'anime')]],
    [
      'a ratio beside a first frame',
      { ...vidu, image: PICTURE, aspect_ratio: '1:1' },
      [ignored('aspect_ratio', 'the picture follows the first frame', '1:1')],
    ],
    [
      'a seed on Seedance',
      { ...seedance, extra_body: { seed: 42 } },
      [ignored('extra_body.seed', 'Seedance 2.x takes no seed', 42)],
    ],
    [
      'camera_fixed on Seedance',
      { ...seedance, extra_body: { camera_fixed: 'true' } },
      [ignored('extra_body.camera_fixed', 'Seedance 2.x cannot fix the camera', 'true')],
    ],
    [
      'an operation beside content',
      {
        model: 'seedance2.0-720p',
        content: [{ type: 'text', text: 'a fox [test:stuck]' }],
        extra_body: { operation: 'edit_video' },
      },
      [
        {
          code: 'ignored_field',
          param: 'extra_body.operation',
          message: 'extra_body.operation has no effect beside content[]: the roles of the parts say it.',
        },
      ],
    ],
    [
      'a name in a part of content that means nothing',
      { model: 'seedance2.0-720p', content: [{ type: 'text', text: 'a fox [test:stuck]', lang: 'en' }] },
      [unknown('content[0].lang')],
    ],
    [
      '4 s of references on Veo',
      { ...veo, images: ['{MEDIA}/picture.png', '{MEDIA}/picture.png'], duration: 4 },
      [
        {
          code: 'adjusted_value',
          param: 'duration',
          message: 'duration 4 is not offered from references; 8 is sent and billed.',
          requested: 4,
          sent: 8,
        },
      ],
    ],
    ['a typing error', { ...vidu, duraton: 5 }, [unknown('duraton', 'duration')]],
    ['a typing error in extra_body', { ...vidu, extra_body: { sede: 5 } }, [unknown('extra_body.sede', 'seed')]],
    ['a name that resembles none', { ...vidu, xyzzy: { deep: [1] } }, [unknown('xyzzy')]],
    ['a name out of JavaScript', { ...vidu, constructor: 1, toString: null }, [unknown('constructor')]],
  ])('%s', async (_title, body, warnings) => {
    const { answer } = await accepted(body);
    expect(answer.warnings).toEqual(warnings);
    const { body: later } = await api(gateway).get(answer.id);
    expect(later.warnings).toEqual(warnings);
  });

  test('a command of Ark inside the prompt, which is defused', async () => {
    const { answer, request } = await accepted({ ...seedance, prompt: 'a fox [test:stuck] --dur 12 --rs 1080p' });
    expect(answer.warnings).toEqual([
      {
        code: 'prompt_adjusted',
        param: 'prompt',
        message:
          'Commands inside the prompt (--dur, --rs) are sent as plain words. Use the fields of the request, such as duration and aspect_ratio.',
        requested: ['--dur', '--rs'],
        sent: expect.anything(),
      },
    ]);
    expect(request).toMatchObject({ seconds: 5, resolution: '720p' });
  });
});

describe('is accepted as it stands:', () => {
  test.each([
    [
      'null for absent',
      { ...vidu, image: null, duration: null, extra_body: { seed: null, audio: null } },
      { mode: 'text', seconds: 5, audio: true },
    ],
    ['extra_body null', { ...vidu, extra_body: null }, { mode: 'text' }],
    [
      'numbers and booleans as text',
      { ...vidu, duration: '7', extra_body: { audio: 'false', seed: '42', watermark: 'true' } },
      { seconds: 7, audio: false, seed: 42, options: expect.objectContaining({ watermark: true }) },
    ],
    [
      'options at the top level',
      { ...vidu, audio: false, seed: 7, movement_amplitude: 'large' },
      { audio: false, seed: 7, options: expect.objectContaining({ movement_amplitude: 'large' }) },
    ],
    ['a key twice with one value', { ...vidu, seed: 7, extra_body: { seed: 7 } }, { seed: 7 }],
    ['a size that agrees', { ...vidu, size: '720P' }, { resolution: '720p', aspectRatio: '16:9' }],
    ['exact pixels', { ...vidu, size: '720x1280' }, { resolution: '720p', aspectRatio: '9:16' }],
    ['a blank prompt', { model: 'jisudance2.0-480p', prompt: ' ' }, { prompt: ' ' }],
    ['no prompt beside a first frame', { model: 'viduq3t-540p', image: PICTURE }, { mode: 'image', prompt: '' }],
    ['one reference as text', { ...vidu, reference_image_urls: PICTURE }, { mode: 'references', seconds: 5 }],
    ['seven references', { ...vidu, reference_image_urls: Array(7).fill(PICTURE) }, { mode: 'references' }],
    [
      '1 s of the mix',
      { ...vidu, model: 'viduq3p-mix-1080p', reference_image_urls: [PICTURE], duration: 1 },
      { seconds: 1, resolution: '1080p' },
    ],
    [
      '16 s in off-peak hours',
      { ...vidu, model: 'viduq3t-1080p-offpeak', duration: 16, off_peak: true },
      { seconds: 16, offPeak: true },
    ],
    [
      '8 s on vidu2.0, at the only size they have',
      { model: 'vidu2.0', prompt: vidu.prompt, image: PICTURE, duration: 8 },
      { mode: 'image', seconds: 8, resolution: '720p', audio: false },
    ],
    [
      'sound from references that the prompt names',
      { model: 'viduq2', prompt: '@Image1 [test:stuck]', reference_image_urls: [PICTURE], audio: true },
      { mode: 'references', audio: true, options: expect.objectContaining({ bgm: false }) },
    ],
    ['4 s on a legacy name', { ...seedance, model: 'jisudance2.0-480p', duration: 4 }, { seconds: 4 }],
    ['auto as ratio', { ...seedance, aspect_ratio: 'auto' }, { aspectRatio: 'adaptive' }],
    [
      '21:9 on a legacy name',
      { ...seedance, model: 'jisudance2.0-fast-720p', aspect_ratio: '21:9' },
      { aspectRatio: '21:9' },
    ],
    [
      'images, videos and sounds together',
      { ...seedance, images: [PICTURE], videos: [VIDEO], audios: [SOUND] },
      {
        mode: 'references',
        inputs: [
          { role: 'reference', kind: 'image' },
          { role: 'reference', kind: 'video' },
          { role: 'reference', kind: 'audio' },
        ],
      },
    ],
    [
      'an edit by its operation',
      { ...seedance, image: PICTURE, video: VIDEO, extra_body: { operation: 'edit_video' } },
      {
        mode: 'references',
        inputs: [
          { role: 'reference', kind: 'image' },
          { role: 'reference', kind: 'video' },
        ],
      },
    ],
    [
      'frames by their operation',
      { ...seedance, image: PICTURE, last_image: PICTURE, operation: 'first_last_frame' },
      { mode: 'frames' },
    ],
    [
      'the vendor’s own content',
      {
        model: 'seedance2.0-480p',
        content: [
          { type: 'text', text: 'a fox [test:stuck]' },
          { type: 'image_url', image_url: { url: PICTURE }, role: 'first_frame' },
          { type: 'image_url', image_url: { url: PICTURE }, role: 'last_frame' },
        ],
      },
      { mode: 'frames', prompt: 'a fox [test:stuck]' },
    ],
    [
      'a single image part without a role',
      { model: 'seedance2.0-480p', content: [{ type: 'image_url', image_url: { url: PICTURE } }] },
      { mode: 'image' },
    ],
    ['Veo without a duration', veo, { seconds: 8, audio: true, aspectRatio: '16:9' }],
    [
      'a vendor’s own name with a tier',
      { ...veo, model: 'veo-3.1-fast-generate-001', size: '1080x1920' },
      { resolution: '1080p', aspectRatio: '9:16' },
    ],
  ])('%s', async (_title, body, request) => {
    const { answer, request: resolved } = await accepted(body);
    expect(answer.warnings).toBeUndefined();
    expect(resolved).toMatchObject(request);
  });

  test('metadata comes back as it was', async () => {
    const metadata = { order: 7, tags: ['x', null], constructor: 'y' };
    const { answer } = await accepted({ ...vidu, metadata });
    expect((await api(gateway).get(answer.id)).body.metadata).toEqual(metadata);
  });

  test('a picture as a data URI is kept, once', async () => {
    const image = `data:image/png;base64,${pngOf({ width: 320, height: 180 }).toString('base64')}`;
    for (const body of [
      { ...vidu, image },
      { ...vidu, image, last_image: image },
    ]) {
      const { request } = await accepted(body);
      expect(request.inputs[0].source).toMatchObject({ mediaType: 'image/png', stored: expect.any(String) });
    }
    const [{ count }] = await rows(
      gateway.dataFolder,
      `select count(*)::int from inputs where facts->>'width' = '320'`,
    );
    expect(count).toBe(1);
  });
});
