import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeFile } from '../probe.ts';
import { heicPhotograph } from '../testing/heic-photograph.ts';
import { exif, jpegSegment, png } from '../testing/image-bytes.ts';
import { bmp, heif, tiff } from '../testing/more-images.ts';
import { concat } from '../testing/mp4-boxes.ts';
import { type ImageConverter, openImageConverter } from './converter.ts';

const WEB = { mediaTypes: ['image/png', 'image/jpeg', 'image/webp'], maxBytes: 50_000_000 };

let folder: string;
let converter: ImageConverter;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-convert-'));
  converter = openImageConverter();
});
afterEach(async () => {
  await converter.close();
  await rm(folder, { recursive: true, force: true });
});

/** A picture whose left half is red and whose right half is blue, or as clear as glass. */
function halves(width: number, height: number, right: string): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ff0000';
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = right;
  context.fillRect(width / 2, 0, width / 2, height);
  return canvas;
}

async function converted(bytes: Uint8Array, wish: Partial<typeof WEB> & { maxSide?: number; maxPixels?: number } = {}) {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await writeFile(from, bytes);
  const outcome = await converter.convert({ from, to, wish: { ...WEB, ...wish } });
  return outcome === 'done' ? await probeFile(to) : outcome;
}

/** Red, green and blue at a place of the converted picture. */
async function colourAt(x: number, y: number): Promise<readonly number[]> {
  const picture = await loadImage(await readFile(join(folder, 'to')));
  const canvas = createCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  return [...context.getImageData(x, y, 1, 1).data];
}

test('formats that vendors refuse become PNG while they are small and lossless', async () => {
  const gif = await halves(60, 40, '#0000ff').encode('gif');
  expect(await converted(gif)).toMatchObject({ mediaType: 'image/png', width: 60, height: 40 });
  expect(await colourAt(50, 5)).toEqual([0, 0, 255, 255]);
  expect(await converted(tiff(60, 40, 6))).toMatchObject({ mediaType: 'image/png', width: 40, height: 60 });
  expect(await converted(bmp(60, 40))).toMatchObject({ mediaType: 'image/png', width: 60, height: 40 });
  expect([await colourAt(5, 5), await colourAt(50, 5)]).toEqual([
    [255, 0, 0, 255],
    [0, 0, 0, 255],
  ]);
});

test('an AVIF becomes a JPEG, and a PNG where it is see-through', async () => {
  const solid = await halves(60, 40, '#0000ff').encode('avif');
  expect(await converted(solid)).toMatchObject({ mediaType: 'image/jpeg', width: 60, height: 40 });
  const clear = await halves(60, 40, 'rgba(0,0,0,0)').encode('webp', 101);
  expect(await converted(clear, { mediaTypes: ['image/jpeg', 'image/png'] })).toMatchObject({ mediaType: 'image/png' });
  expect((await colourAt(50, 5))[3]).toBe(0);
  expect(await converted(clear, { mediaTypes: ['image/jpeg'] })).toMatchObject({ mediaType: 'image/jpeg' });
  expect((await colourAt(50, 5)).every((channel) => channel > 250)).toBe(true);
});

test('a HEIC from a telephone becomes a JPEG, upright', async () => {
  const probed = { width: 128, height: 160 };
  expect(await converted(heicPhotograph)).toMatchObject({ mediaType: 'image/jpeg', ...probed });
  expect((await colourAt(64, 20))[0]).toBeGreaterThan(200);
  expect((await colourAt(64, 140))[2]).toBeGreaterThan(200);
  expect(await converted(heicPhotograph, { maxSide: 80 })).toMatchObject({ width: 64, height: 80 });
  const refused = { reason: 'it could not be decoded; send it as JPEG or PNG.' };
  expect(await converted(heicPhotograph.subarray(0, 420))).toEqual(refused);
  expect(await converted(heif(4032, 3024))).toEqual(refused);
});

test('a picture that EXIF turns stands upright afterwards, without EXIF', async () => {
  const jpeg = await halves(60, 40, '#0000ff').encode('jpeg', 95);
  const segment = jpegSegment(0xe1, concat('Exif\0\0', exif(6, 'II')));
  const turned = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
  expect(await converted(turned)).toMatchObject({ mediaType: 'image/jpeg', width: 40, height: 60, orientation: 1 });
  // Turned clockwise, what was left is on top.
  const [top, bottom] = [await colourAt(20, 5), await colourAt(20, 55)];
  expect([(top[0] ?? 0) > 200, (bottom[2] ?? 0) > 200]).toEqual([true, true]);
});

test('a picture that is too large is made smaller, in its own shape', async () => {
  const large = png(4000, 1000, { rows: 1000 });
  expect(await converted(large, { maxSide: 2000 })).toMatchObject({ width: 2000, height: 500 });
  expect(await converted(large, { maxPixels: 1_000_000 })).toMatchObject({ width: 2000, height: 500 });
  const noise = createCanvas(300, 300);
  const context = noise.getContext('2d');
  const pixels = context.createImageData(300, 300);
  for (let at = 0, state = 1; at < pixels.data.length; at += 1) {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    pixels.data[at] = at % 4 === 3 ? 255 : state % 256;
  }
  context.putImageData(pixels, 0, 0);
  const small = await converted(await noise.encode('png'), { maxBytes: 20_000 });
  expect(small).toMatchObject({ mediaType: 'image/jpeg' });
  expect('bytes' in small && small.bytes).toBeLessThanOrEqual(20_000);
});

test('what cannot be decoded is refused in a sentence, and the next picture is converted', async () => {
  const cut = (await halves(400, 400, '#0000ff').encode('gif')).subarray(0, 60);
  const refused = { reason: 'it could not be decoded; send it as JPEG or PNG.' };
  expect(await converted(cut)).toEqual(refused);
  expect(await converted(bmp(60, 40).subarray(0, 3000))).toEqual(refused);
  expect(await converted(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toEqual(refused);
  expect(await converted(png(30_000, 30_000))).toEqual(refused);
  expect(await converted(bmp(6, 4))).toMatchObject({ width: 6, height: 4 });
});

test('a decoder that dies or hangs costs one picture', async () => {
  const odd = async (script: string) => {
    const entry = join(folder, 'odd.mjs');
    await writeFile(entry, script);
    const { pathToFileURL } = await import('node:url');
    return openImageConverter({ entry: pathToFileURL(entry), limitSeconds: 0.5 });
  };
  for (const script of ['process.on("message", () => process.exit(3))', 'process.on("message", () => { for (;;); })']) {
    const open = await odd(script);
    const job = { from: join(folder, 'from'), to: join(folder, 'to'), wish: WEB };
    const outcomes = await Promise.all([open.convert(job), open.convert(job)]);
    expect(outcomes).toEqual([
      { reason: 'it could not be decoded; send it as JPEG or PNG.' },
      { reason: 'it could not be decoded; send it as JPEG or PNG.' },
    ]);
    await open.close();
  }
});
