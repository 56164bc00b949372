/** What a caller asked for can be seen or heard: marks, music, voices, movement. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Picture, rgbaFromPicture } from './i420.ts';
import { openStudio, type RenderSpec, type Studio } from './studio.ts';
import { contentsOf, decoded, difference, strengthOf } from './testing/read-back.ts';
import { inputsIn, small, specOf } from './testing/stage.ts';

let folder: string;
let studio: Studio;
const { file } = inputsIn(() => folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-wishes-'));
  studio = openStudio({ cacheFolder: join(folder, 'cache') });
  studio.warm();
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true, force: true });
});

/** One picture of a rendering. */
async function frameOf(some: Partial<RenderSpec>, index: number): Promise<Picture> {
  const { shown } = await decoded((await studio.render(specOf(some))).videoPath, [index]);
  const [frame] = shown;
  if (frame === undefined) throw new Error('no picture');
  return frame;
}

const soundOf = async (some: Partial<RenderSpec>): Promise<Float32Array> =>
  (await decoded((await studio.render(specOf(some))).videoPath)).sound;

/** Of all frequencies from `from` to `to`, in steps, the strongest, and the sum of all. */
function bandOf(sound: Float32Array, { from, to, step }: { from: number; to: number; step: number }) {
  let strongest = { hertz: 0, strength: 0 };
  let sum = 0;
  for (let hertz = from; hertz <= to; hertz += step) {
    const strength = strengthOf(sound, hertz);
    sum += strength;
    if (strength > strongest.strength) strongest = { hertz, strength };
  }
  return { sum, hertz: strongest.hertz };
}

const CORNERS = ['top-left', 'top-right', 'bottom-right', 'bottom-left'] as const;

test.each(CORNERS)('an image is the watermark at the %s, in its own colours and nowhere else', async (position) => {
  const canvas = createCanvas(100, 50);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ff00ff';
  context.fillRect(0, 0, 100, 50);
  const image = await file('image', `mark-${position}.png`, canvas.toBuffer('image/png'));
  // The last frame has no other furniture.
  const frame = await frameOf({ watermark: { text: 'not to be seen', position, image } }, -1);
  const rgba = rgbaFromPicture(frame);
  for (const corner of CORNERS) {
    // A margin of 12, the mark of 128 x 64, and the bar of 4 below.
    const x = corner.endsWith('left') ? 12 + 64 : small.width - 12 - 64;
    const y = corner.startsWith('top') ? 12 + 32 : small.height - 4 - 12 - 32;
    const at = (y * small.width + x) * 4;
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3);
    const isMagenta = red > 225 && green < 40 && blue > 225;
    expect([corner, isMagenta]).toEqual([corner, corner === position]);
  }
});

test('an image that cannot be read is the caller’s fault, by name', async () => {
  const image = await file('image', 'broken.png', 'no image');
  const rendering = studio.render(specOf({ watermark: { text: '', position: 'top-left', image } }));
  await expect(rendering).rejects.toMatchObject({
    code: 'input_unreadable',
    message: expect.stringContaining('watermark'),
  });
});

test('music is a melody with a low pulse, also where there is no other sound; without both there is no track', async () => {
  const silent = await studio.render(specOf());
  expect((await contentsOf(silent.videoPath)).sound).toBeUndefined();
  const low = { from: 52, to: 106, step: 1 };
  const [alone, plain, both] = await Promise.all([
    soundOf({ music: true }),
    soundOf({ audio: true }),
    soundOf({ audio: true, music: true }),
  ]);
  const [aloneLow, plainLow, bothLow] = [alone, plain, both].map((sound) => bandOf(sound, low).sum);
  expect(aloneLow).toBeGreaterThan(3 * Number(plainLow));
  expect(bothLow).toBeGreaterThan(3 * Number(plainLow));
  // The chord lies under the melody: its strongest tone is heard in both, and not in the melody alone.
  const chord = bandOf(plain, { from: 110, to: 420, step: 1 }).hertz;
  expect(strengthOf(both, chord)).toBeGreaterThan(0.5 * strengthOf(plain, chord));
  expect(strengthOf(alone, chord)).toBeLessThan(0.5 * strengthOf(plain, chord));
});

test('voices differ in pitch, and effects are noise', async () => {
  const audio = { audio: true } as const;
  const [deep, high, noise, chord] = await Promise.all([
    soundOf({ ...audio, speech: { only: 'speech', voice: 'professional_host' } }),
    soundOf({ ...audio, speech: { only: 'speech', voice: 'Santa_Claus' } }),
    soundOf({ ...audio, speech: { only: 'effects' } }),
    soundOf(audio),
  ]);
  const pitch = { from: 80, to: 280, step: 2 };
  expect(Math.abs(bandOf(deep, pitch).hertz - bandOf(high, pitch).hertz)).toBeGreaterThan(15);
  const hiss = { from: 6000, to: 9000, step: 60 };
  expect(bandOf(noise, hiss).sum).toBeGreaterThan(10 * bandOf(chord, hiss).sum);
  expect(bandOf(noise, hiss).sum).toBeGreaterThan(10 * bandOf(deep, hiss).sum);
});

test('a larger movement takes the picture further', async () => {
  const movedBy = async (movement: 'small' | 'medium' | 'large') => {
    const [start, later] = [await frameOf({ movement }, 0), await frameOf({ movement }, 12)];
    return difference(start, later, { x: 150, y: 120, width: 340, height: 100 });
  };
  const [little, usual, much] = [await movedBy('small'), await movedBy('medium'), await movedBy('large')];
  expect(usual).toBeGreaterThan(little);
  expect(much).toBeGreaterThan(usual);
});

test('remarks stand in the header', async () => {
  const [plain, remarked] = [await frameOf({}, 12), await frameOf({ remarks: ['anime style', 'large movement'] }, 12)];
  expect(difference(plain, remarked, { x: 12, y: 12, width: 300, height: 60 })).toBeGreaterThan(2);
});
