import { createCanvas } from '@napi-rs/canvas';
import { expect, test } from 'vitest';
import { bytesSource, probe } from './probe.ts';
import { avi, bmp, heif, tiff } from './testing/more-images.ts';
import { box, concat } from './testing/mp4-boxes.ts';

const facts = (bytes: Uint8Array) => probe(bytesSource(bytes));
const refusal = (name: string) => expect.objectContaining({ name: 'ProbeError', refusal: name });

test('a BMP tells its size, whichever way up it is written', async () => {
  expect(await facts(bmp(33, 20))).toMatchObject({ mediaType: 'image/bmp', width: 33, height: 20 });
  expect(await facts(bmp(33, -20))).toMatchObject({ format: 'bmp', width: 33, height: 20 });
  await expect(facts(bmp(0, 20))).rejects.toEqual(refusal('malformed'));
  await expect(facts(bmp(33, 20).subarray(0, 22))).rejects.toEqual(refusal('truncated'));
});

test('a TIFF tells its size as it is seen', async () => {
  expect(await facts(tiff(60, 40))).toMatchObject({ mediaType: 'image/tiff', width: 60, height: 40, orientation: 1 });
  expect(await facts(tiff(60, 40, 6))).toMatchObject({ width: 40, height: 60, orientation: 6 });
  await expect(facts(tiff(60, 40).subarray(0, 500))).rejects.toEqual(refusal('truncated'));
});

test('a real AVIF tells its size', async () => {
  const bytes = await createCanvas(123, 45).encode('avif');
  expect(await facts(bytes)).toMatchObject({ mediaType: 'image/avif', width: 123, height: 45, orientation: 1 });
});

test('a HEIC tells the size of its primary item, turned', async () => {
  expect(await facts(heif(4032, 3024))).toMatchObject({ mediaType: 'image/heic', width: 4032, height: 3024 });
  expect(await facts(heif(4032, 3024, { turns: 3 }))).toMatchObject({ width: 3024, height: 4032, orientation: 1 });
  expect(await facts(heif(8, 8, { turns: 2, brand: 'mif1' }))).toMatchObject({ mediaType: 'image/heif', width: 8 });
  await expect(facts(heif(0, 5))).rejects.toEqual(refusal('malformed'));
});

test('a HEIC without an index, or with one that names nothing, is refused', async () => {
  const ftyp = box('ftyp', 'heic', 0, 'mif1');
  await expect(facts(ftyp)).rejects.toEqual(refusal('truncated'));
  await expect(facts(concat(ftyp, box('meta', 0)))).rejects.toEqual(refusal('malformed'));
  const free = Array.from({ length: 70 }, () => box('free'));
  await expect(facts(concat(ftyp, ...free))).rejects.toEqual(refusal('too_complex'));
});

test('an AVI tells what its header says', async () => {
  expect(await facts(avi())).toMatchObject({
    mediaType: 'video/x-msvideo',
    width: 640,
    height: 360,
    seconds: 5,
    fps: 25,
    videoCodec: 'h264',
    audioCodec: 'mp3',
  });
  await expect(facts(avi({ fps: 0 }))).rejects.toEqual(refusal('malformed'));
  await expect(facts(avi().subarray(0, 60))).rejects.toEqual(refusal('truncated'));
});
