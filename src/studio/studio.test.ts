import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStudio, type Studio, type StudioInput } from './studio.ts';
import { pictureOf, sineMp3, sineWav, withOrientation } from './testing/media.ts';
import { contentsOf, decoded, difference, strengthOf } from './testing/read-back.ts';
import { inputsIn, small, specOf } from './testing/stage.ts';

let folder: string;
let studio: Studio;
const { image, file } = inputsIn(() => folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-studio-'));
  studio = openStudio({ cacheFolder: join(folder, 'cache') });
  studio.warm();
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true, force: true });
});

test('this platform can encode', () => {
  expect(studio.availability).toEqual({ available: true });
});

test.each([
  { width: 1280, height: 720, seconds: 2, fps: 24, audio: true },
  { width: 720, height: 1280, seconds: 1, fps: 24, audio: false },
  { width: 960, height: 960, seconds: 1.5, fps: 30, audio: true },
  { width: 1680, height: 720, seconds: 1, fps: 24, audio: true },
  { width: 834, height: 1112, seconds: 1, fps: 16, audio: false },
  { width: 1920, height: 1080, seconds: 1, fps: 24, audio: true },
  { width: 3840, height: 2160, seconds: 0.5, fps: 24, audio: true },
  { width: 4398, height: 1886, seconds: 0.25, fps: 24, audio: false },
  { width: 96, height: 96, seconds: 3, fps: 24, audio: true },
])('$width x $height, $seconds s at $fps fps, sound $audio comes out exactly so', async (wanted) => {
  const rendering = await studio.render(specOf(wanted));
  const { width, height, seconds, fps, audio } = wanted;
  expect(rendering).toMatchObject({ width, height, seconds });
  const found = await contentsOf(rendering.videoPath);
  expect(found).toMatchObject({ width, height, pictures: Math.round(seconds * fps) });
  expect(found.codec).toMatch(/^avc1\.42[ce]0/);
  expect(found.videoSeconds).toBeCloseTo(seconds, 6);
  expect(found.seconds).toBeCloseTo(seconds, 6);
  for (const [index, start] of found.starts.entries()) expect(start).toBeCloseTo(index / fps, 6);
  expect(found.sound).toEqual(audio ? { codec: 'mp4a.40.2', rate: 48_000, channels: 2 } : undefined);
});

test('the index stands in front of the media, dates are fixed, and the poster and last frame are JPEGs', async () => {
  const rendering = await studio.render(specOf({ audio: true }));
  const video = await readFile(rendering.videoPath);
  const boxes: string[] = [];
  for (let at = 0; at < video.length; at += video.readUInt32BE(at))
    boxes.push(video.toString('latin1', at + 4, at + 8));
  expect(boxes).toEqual(['ftyp', 'moov', 'mdat']);
  const in2020 = 3_660_681_600; // seconds since 1904
  for (const box of ['mvhd', 'tkhd', 'mdhd']) {
    const at = video.indexOf(box);
    expect([video.readUInt32BE(at + 8), video.readUInt32BE(at + 12)], box).toEqual([in2020, in2020]);
  }
  for (const path of [rendering.posterPath, rendering.lastFramePath]) {
    expect((await readFile(path)).toString('hex', 0, 3)).toBe('ffd8ff');
  }
});

test('the same seed gives the same bytes, another seed or prompt another picture', async () => {
  const other = openStudio({ cacheFolder: join(folder, 'other-cache'), children: 1 });
  const wanted = specOf({ audio: true, prompt: '雪の中の狐 🦊' });
  const [here, there, seed, prompt] = await Promise.all([
    studio.render(wanted),
    other.render(wanted),
    studio.render({ ...wanted, seed: 2 }),
    studio.render({ ...wanted, prompt: 'Another' }),
  ]);
  await other.close();
  expect(here.videoPath).not.toBe(there.videoPath);
  expect((await readFile(here.videoPath)).equals(await readFile(there.videoPath))).toBe(true);
  const [a, b, c] = await Promise.all([here, seed, prompt].map(({ videoPath }) => decoded(videoPath, [12])));
  for (const another of [b, c]) {
    const [left, right] = [a?.shown[0], another?.shown[0]];
    if (left === undefined || right === undefined) throw new Error('no picture');
    expect(difference(left, right)).toBeGreaterThan(4);
  }
});

test('the video begins as the first image and ends as the last one, with text only in between', async () => {
  const first = await image('first.png', { width: 800, height: 600 });
  const last = await image('last.jpg', { width: 500, height: 900, hue: 180, format: 'jpeg' });
  const watermark = { text: 'mark', position: 'top-left' } as const;
  const { videoPath, lastFramePath } = await studio.render(specOf({ first, last, watermark, seconds: 2 }));
  const { shown } = await decoded(videoPath, [0, 20, -1]);
  const [start, middle, end] = shown;
  if (start === undefined || middle === undefined || end === undefined) throw new Error('no picture');
  const [wantedStart, wantedEnd] = await Promise.all([pictureOf(first.path, small), pictureOf(last.path, small)]);
  expect(difference(start, wantedStart)).toBeLessThan(2);
  expect(difference(end, wantedEnd)).toBeLessThan(2);
  expect(difference(await pictureOf(lastFramePath, small), wantedEnd)).toBeLessThan(2);
  expect(difference(middle, wantedStart, { x: 0, y: 0, width: 200, height: 60 })).toBeGreaterThan(8);
});

test('an image is turned as its EXIF says, and read in every format', async () => {
  const upright = await image('upright.jpg', { width: 360, height: 640, format: 'jpeg' });
  const sideways = join(folder, 'sideways.jpg');
  await writeFile(sideways, withOrientation(await readFile(upright.path), 6));
  const { shown } = await decoded(
    (await studio.render(specOf({ first: { kind: 'image', path: sideways } }))).videoPath,
    [0],
  );
  const plain = await studio.render(specOf({ first: upright }));
  const [turned] = shown;
  const [cut] = (await decoded(plain.videoPath, [0])).shown;
  if (turned === undefined || cut === undefined) throw new Error('no picture');
  expect(difference(turned, cut)).toBeGreaterThan(10);
  // Turned by 90 degrees the upper left quarter, which has the disc, is the upper right one.
  expect(turned.y[90 * 640 + 480]).toBeGreaterThan(220);
  for (const format of ['webp', 'gif'] as const) {
    const first = await image(`first.${format}`, { width: 400, height: 300, format });
    const [start] = (await decoded((await studio.render(specOf({ first }))).videoPath, [0])).shown;
    if (start === undefined) throw new Error('no picture');
    expect(difference(start, await pictureOf(first.path, small)), format).toBeLessThan(2.5);
  }
});

test.each(['top-left', 'top-right', 'bottom-right', 'bottom-left'] as const)(
  'a watermark at the %s changes that corner',
  async (position) => {
    const [plain, marked] = await Promise.all([
      studio.render(specOf()),
      studio.render(specOf({ watermark: { text: 'AI 生成', position } })),
    ]);
    // The last frame has no other text.
    const [a, b] = (await Promise.all([plain, marked].map(({ videoPath }) => decoded(videoPath, [-1])))).map(
      ({ shown }) => shown[0],
    );
    if (a === undefined || b === undefined) throw new Error('no picture');
    for (const corner of ['top-left', 'top-right', 'bottom-right', 'bottom-left']) {
      const x = corner.endsWith('left') ? 0 : 540;
      const y = corner.startsWith('top') ? 0 : 310;
      const changed = difference(a, b, { x, y, width: 100, height: 50 });
      if (corner === position) expect(changed, corner).toBeGreaterThan(6);
      else expect(changed, corner).toBeLessThan(2);
    }
  },
);

test('references become a collage, and their sound is heard', async () => {
  const film = await studio.render(
    specOf({ prompt: 'the reference', first: await image('r0.png', { width: 640, height: 360, hue: 90 }) }),
  );
  const references: StudioInput[] = [
    await image('r1.png', { width: 300, height: 300, hue: 0 }),
    { kind: 'video', path: film.videoPath },
    await file('audio', 'tone.wav', sineWav({ hertz: 1000, seconds: 1 })),
    await file('audio', 'tone.mp3', sineMp3),
  ];
  const [withAll, withoutSecond] = await Promise.all([
    studio.render(specOf({ references, audio: true })),
    studio.render(specOf({ references: references.slice(0, 1), audio: true })),
  ]);
  const [all, one] = await Promise.all([decoded(withAll.videoPath, [0]), decoded(withoutSecond.videoPath, [0])]);
  const [a, b] = [all.shown[0], one.shown[0]];
  if (a === undefined || b === undefined) throw new Error('no picture');
  expect(difference(a, b)).toBeGreaterThan(8);
  for (const hertz of [1000, 1500]) {
    expect(strengthOf(all.sound.subarray(2400, 26_400), hertz), `${hertz}`).toBeGreaterThan(0.1);
    expect(strengthOf(one.sound.subarray(2400, 26_400), hertz), `${hertz}`).toBeLessThan(0.02);
  }
});

test('an extension keeps the source, its sound and goes on for the seconds asked', async () => {
  const references = [await file('audio', 'low.wav', sineWav({ hertz: 700, seconds: 3 }))];
  const source = await studio.render(specOf({ seconds: 1.5, audio: true, references }));
  const input: StudioInput = { kind: 'video', path: source.videoPath };
  const longer = await studio.render(specOf({ source: input, seconds: 2, audio: true, prompt: 'goes on', seed: 3 }));
  expect(longer.seconds).toBe(3.5);
  const found = await contentsOf(longer.videoPath);
  expect(found).toMatchObject({ pictures: 84, seconds: 3.5, ...{ width: 640, height: 360 } });
  const [before, after] = await Promise.all([
    decoded(source.videoPath, [0, 10, -1]),
    decoded(longer.videoPath, [0, 10, 35, 36, 70]),
  ]);
  const [s0, s10, s35] = before.shown;
  const [l0, l10, l35, l36, l70] = after.shown;
  if (!(s0 && s10 && s35 && l0 && l10 && l35 && l36 && l70)) throw new Error('no picture');
  for (const [a, b] of [
    [s0, l0],
    [s10, l10],
    [s35, l35],
    [s35, l36],
  ] as const)
    expect(difference(a, b)).toBeLessThan(2.5);
  expect(difference(s35, l70)).toBeGreaterThan(2.5);
  expect(strengthOf(after.sound.subarray(4800, 62_400), 700)).toBeGreaterThan(0.15);
  expect(strengthOf(after.sound.subarray(76_800, 134_400), 700)).toBeLessThan(0.02);
});

test('an extension may change size and rate', async () => {
  const source = await studio.render(specOf({ seconds: 1, fps: 30 }));
  const longer = await studio.render(
    specOf({ source: { kind: 'video', path: source.videoPath }, seconds: 1, width: 480, height: 480 }),
  );
  expect(await contentsOf(longer.videoPath)).toMatchObject({ width: 480, height: 480, pictures: 48, seconds: 2 });
});
