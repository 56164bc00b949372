import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeFile } from '../../../src/media/probe.ts';
import { pictureOf } from '../../../src/studio/testing/media.ts';
import { decoded, difference } from '../../../src/studio/testing/read-back.ts';
import { type Answer, api } from '../../harness/api.ts';
import { chromium, playInBrowser } from '../../harness/browser.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';
import { type PrintedExample, printedExamples, withOurs } from './printed-examples.ts';

/** The pictures that the examples name. Their shapes differ, so that a video which follows its picture shows it. */
const PICTURES = {
  'source.png': { width: 800, height: 600, hue: 10 },
  'head.png': { width: 600, height: 600, hue: 20 },
  'tail.png': { width: 600, height: 600, hue: 140 },
  'ref-1.png': { width: 640, height: 360, hue: 40 },
  'ref-2.png': { width: 360, height: 640, hue: 50 },
  'keyframe.png': { width: 640, height: 360, hue: 60 },
  'start-frame.png': { width: 640, height: 360, hue: 70 },
  'end-frame.png': { width: 640, height: 360, hue: 190 },
};
const SOURCE_SECONDS = 4;

interface Expected {
  readonly mode: string;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  readonly audio: boolean;
  readonly warnings?: readonly object[];
  /** Pictures that the first and the last frame must look like. */
  readonly shows?: { readonly first?: keyof typeof PICTURES; readonly last?: keyof typeof PICTURES };
}

/** What each printed request must become: its own numbers, else the vendor's defaults (sound is on in all three). */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'vidu: text-to-video': {
    mode: 'text',
    seconds: 5,
    width: 1280,
    height: 720,
    audio: false,
    warnings: [{ code: 'ignored_field', param: 'extra_body.bgm', requested: false }],
  },
  'vidu: single-image-to-video': {
    mode: 'image',
    seconds: 5,
    width: 720,
    height: 540,
    audio: true,
    shows: { first: 'source.png' },
  },
  'vidu: first-and-last-frame video': {
    mode: 'frames',
    seconds: 6,
    width: 1080,
    height: 1080,
    audio: true,
    shows: { first: 'head.png', last: 'tail.png' },
  },
  'vidu: reference-image-to-video': { mode: 'references', seconds: 5, width: 1280, height: 720, audio: false },
  // Ark's own table: 480p at 9:16.
  'seedance: test': { mode: 'text', seconds: 5, width: 496, height: 864, audio: true },
  'veo: text-to-video': { mode: 'text', seconds: 8, width: 1920, height: 1080, audio: true },
  'veo: single-image-to-video': {
    mode: 'image',
    seconds: 6,
    width: 1280,
    height: 720,
    audio: false,
    shows: { first: 'keyframe.png' },
  },
  'veo: first-and-last-frame': {
    mode: 'frames',
    seconds: 6,
    width: 1920,
    height: 1080,
    audio: true,
    shows: { first: 'start-frame.png', last: 'end-frame.png' },
  },
  'veo: reference video': {
    mode: 'references',
    seconds: 8,
    width: 1080,
    height: 1920,
    audio: true,
    warnings: [{ code: 'adjusted_value', param: 'duration', requested: 6, sent: 8 }],
  },
  'veo: video extension': {
    mode: 'extend',
    seconds: SOURCE_SECONDS + 7,
    width: 720,
    height: 1280,
    audio: true,
    warnings: [{ code: 'ignored_field', param: 'duration', requested: 6 }],
  },
};

const EXAMPLES = (['vidu', 'seedance', 'veo'] as const).flatMap(printedExamples);
const titleOf = ({ document, name }: PrintedExample): string => `${document}: ${name}`;

let media: MediaServer;
let gateway: RunningGateway;
let folder: string;
/** Created together at the start, so that the renderer is never idle. */
const created = new Map<string, Answer['body']>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-examples-'));
  media = await startMediaServer();
  for (const [name, shape] of Object.entries(PICTURES)) {
    const bytes = pngOf(shape);
    media.put(name, { mediaType: 'image/png', bytes });
    await writeFile(join(folder, name), bytes);
  }
  gateway = await startTestGateway({
    env: { ONEREEL_FETCH_ALLOW: media.hostPort, ONEREEL_SANDBOX_SPEED: '100' },
  });
  media.put('source.mp4', { mediaType: 'video/mp4', bytes: await videoToExtend() });
  for (const example of EXAMPLES) {
    created.set(`${titleOf(example)} as JSON`, await createFromJson(example));
    created.set(`${titleOf(example)} by its curl`, await createByCurl(example));
  }
}, 90_000);

afterAll(async () => {
  await discard(gateway);
  await media.close();
  await rm(folder, { recursive: true, force: true });
});

const ours = () => ({ url: gateway.url, key: gateway.keys.test, mediaUrl: media.url });

/** A video of the gateway's own is what its users extend. */
async function videoToExtend(): Promise<Buffer> {
  const { create, finished } = api(gateway);
  const body = { model: 'veo3.1-video-720p', prompt: 'a pier', aspect_ratio: '9:16', duration: SOURCE_SECONDS };
  const { body: done } = await finished((await create(body)).body.id);
  return Buffer.from(await (await fetch(done.video_url)).arrayBuffer());
}

async function createFromJson({ json }: PrintedExample): Promise<Answer['body']> {
  const answer = await api(gateway).create(withOurs(json, ours()));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** Runs the printed command in a shell, as a reader pastes it. */
async function createByCurl({ curl }: PrintedExample): Promise<Answer['body']> {
  const { stdout } = await promisify(execFile)('sh', ['-c', withOurs(curl, ours())]);
  return JSON.parse(stdout);
}

test('every printed request is known here, and none else', () => {
  expect(EXAMPLES.map(titleOf).sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each(EXAMPLES.map((example) => [titleOf(example), example] as const))(
  '%s: the printed JSON and the printed curl say the same',
  (_title, { json, curl }) => {
    const data = /-d '([\s\S]*)'$/.exec(curl)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(JSON.parse(json));
  },
);

describe.each(EXAMPLES.flatMap((example) => ['as JSON', 'by its curl'].map((how) => [titleOf(example), how])))(
  '%s, %s',
  (title = '', how = '') => {
    const expected = EXPECTED[title];
    if (!expected) throw new Error(`${title} is not expected`);

    test('is accepted with the documented answer, and completes with the file that was asked for', async () => {
      const answer = created.get(`${title} ${how}`);
      expect(answer).toMatchObject({
        id: expect.stringMatching(/^task_\d+$/),
        object: 'video.generation.job',
        status: 'queued',
        progress: 0,
        livemode: false,
        mode: expected.mode,
      });
      expect(answer.task_id).toBe(answer.id);
      expect(answer.warnings ?? []).toMatchObject(expected.warnings ?? []);

      const { body } = await api(gateway).finished(answer.id, 120);
      const { seconds, width, height, audio } = expected;
      expect(body).toMatchObject({
        status: 'completed',
        progress: 100,
        error: null,
        model: answer.model,
        result: { outputs: [body.video_url], video_url: body.video_url, media: { width, height, audio } },
      });
      expect(body.raw_status).toMatch(/^[A-Z_]+$/);
      await expectFile(body, expected);
      expect(body.result.media.seconds).toBeCloseTo(seconds, 1);
    }, 130_000);
  },
);

// Without Debian's chromium this is skipped: apt-get install chromium.
test.skipIf(chromium === undefined)(
  'a browser plays the files from their links, to the end',
  async () => {
    const titles = ['seedance: test', 'vidu: text-to-video'];
    const { finished } = api(gateway);
    const files = await Promise.all(titles.map((title) => finished(created.get(`${title} as JSON`).id, 120)));
    const played = await playInBrowser(
      media,
      files.map(({ body }) => body.video_url),
    );
    for (const [index, title] of titles.entries()) {
      const { seconds = 0, width, height, audio } = EXPECTED[title] ?? {};
      expect(played[index]).toMatchObject({ width, height, ended: true });
      expect(played[index]?.error).toBeUndefined();
      expect(played[index]?.readyState).toBeGreaterThanOrEqual(2);
      expect(played[index]?.seconds).toBeCloseTo(seconds, 1);
      expect(played[index]?.pictures).toBeGreaterThan(20);
      expect((played[index]?.soundBytes ?? 0) > 0).toBe(audio);
    }
  },
  200_000,
);

/** The bytes behind `video_url` are what the answer says, and the video that was asked for. */
async function expectFile(body: Answer['body'], { seconds, width, height, audio, shows }: Expected): Promise<void> {
  const bytes = Buffer.from(await (await fetch(body.video_url)).arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(body.result.media.sha256);
  expect(bytes.length).toBe(body.result.media.bytes);
  const path = join(folder, `${body.id}.mp4`);
  await writeFile(path, bytes);
  const facts = await probeFile(path);
  expect(facts).toMatchObject({ kind: 'video', width, height, audio, videoCodec: 'h264', faststart: true });
  if (facts.kind !== 'video') return;
  expect(facts.seconds).toBeCloseTo(seconds, 1);
  expect(facts.audioCodec).toBe(audio ? 'aac' : undefined);
  if (!shows) return;
  const { shown } = await decoded(path, [0, -1]);
  for (const [index, name] of [shows.first, shows.last].entries()) {
    const frame = shown[index];
    if (name === undefined || !frame) continue;
    const wanted = await pictureOf(join(folder, name), { width, height });
    expect(difference(frame, wanted), `${name} in the file`).toBeLessThan(2);
  }
}
