import { deflateSync } from 'node:zlib';
import { createCanvas } from '@napi-rs/canvas';
import { expect, test } from 'vitest';
import { bytesSource, probe } from './probe.ts';
import { exif, gif, jpeg, jpegSegment, png, pngChunk, riff, riffChunk, vp8x } from './testing/image-bytes.ts';
import { concat } from './testing/mp4-boxes.ts';

const facts = (bytes: Uint8Array) => probe(bytesSource(bytes));
const refusal = (name: string) => expect.objectContaining({ name: 'ProbeError', refusal: name });
const app1 = (orientation: number, order: 'II' | 'MM') =>
  jpegSegment(0xe1, concat('Exif\0\0', exif(orientation, order)));

test.each(['png', 'jpeg', 'webp'] as const)('a real %s tells its size', async (format) => {
  const canvas = createCanvas(123, 45);
  const encoded =
    format === 'png' ? await canvas.encode('png') : await canvas.encode(format === 'jpeg' ? 'jpeg' : 'webp', 80);
  expect(await facts(encoded)).toEqual({
    kind: 'image',
    format,
    mediaType: `image/${format}`,
    bytes: encoded.length,
    width: 123,
    height: 45,
    orientation: 1,
  });
});

test('the simple forms of WebP tell their size, lossy and lossless', async () => {
  const canvas = createCanvas(300, 20);
  // Above a quality of 100 the encoder is lossless.
  for (const [quality, name] of [
    [80, 'VP8 '],
    [101, 'VP8L'],
  ] as const) {
    const encoded = await canvas.encode('webp', quality);
    const at = encoded.indexOf(name);
    const simple = riff('WEBP', riffChunk(name, encoded.subarray(at + 8, at + 8 + encoded.readUInt32LE(at + 4))));
    expect(await facts(simple)).toMatchObject({ format: 'webp', width: 300, height: 20 });
  }
});

test('a GIF tells its size', async () => {
  expect(await facts(gif(640, 480))).toMatchObject({ format: 'gif', mediaType: 'image/gif', width: 640, height: 480 });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'EXIF orientation %i of a JPEG is read in both byte orders, and applied',
  async (orientation) => {
    const size = orientation < 5 ? { width: 400, height: 300 } : { width: 300, height: 400 };
    for (const order of ['II', 'MM'] as const) {
      expect(await facts(jpeg(400, 300, app1(orientation, order)))).toMatchObject({ orientation, ...size });
    }
  },
);

test('EXIF orientation of a WebP is read, with and without the prefix of JPEG', async () => {
  for (const prefix of ['', 'Exif\0\0']) {
    const chunks = [
      vp8x(400, 300, 8),
      riffChunk('ICCP', Buffer.alloc(5)),
      riffChunk('EXIF', concat(prefix, exif(6, 'II'))),
    ];
    expect(await facts(riff('WEBP', ...chunks))).toMatchObject({ orientation: 6, width: 300, height: 400 });
  }
});

test('EXIF that makes no sense counts as upright', async () => {
  for (const bytes of [
    exif(9, 'II'),
    exif(0, 'MM'),
    exif(6, 'II').subarray(0, 12),
    concat('II*\0', Buffer.alloc(40, 0xff)),
  ]) {
    expect(await facts(jpeg(4, 3, jpegSegment(0xe1, concat('Exif\0\0', bytes))))).toMatchObject({
      orientation: 1,
      width: 4,
    });
  }
});

test('a JPEG with 512 KiB of metadata before its frame header is read', async () => {
  const large = Buffer.concat(Array.from({ length: 8 }, () => jpegSegment(0xe2, Buffer.alloc(65_533))));
  expect(await facts(jpeg(4000, 3000, Buffer.concat([app1(8, 'MM'), large])))).toMatchObject({
    width: 3000,
    height: 4000,
  });
});

test('pixels are reported, however many: the caller decides', async () => {
  expect(await facts(png(1_000_000_000, 1_000_000_000))).toMatchObject({ width: 1e9, height: 1e9 });
  expect(await facts(png(30_000, 30_000))).toMatchObject({ width: 30_000, height: 30_000 });
  const bomb = pngChunk('zTXt', concat('x\0\0', deflateSync(Buffer.alloc(40 * 1024 * 1024))));
  expect(await facts(png(10, 10, { before: bomb }))).toMatchObject({ width: 10 });
});

test('a PNG cut in half still has its header', async () => {
  const whole = png(500, 500, { rows: 500 });
  expect(await facts(whole.subarray(0, whole.length / 2))).toMatchObject({ width: 500, height: 500 });
});

const fill = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(5_000_000, 0xff)]);
const photo = jpeg(640, 480, jpegSegment(0xe0, Buffer.alloc(200)));
test.each([
  ['a PNG without pixels', png(0, 0), 'malformed'],
  ['a PNG larger than a PNG can be', png(2 ** 31, 1), 'malformed'],
  ['a PNG cut at 20 bytes', png(10, 10).subarray(0, 20), 'truncated'],
  ['a PNG whose first chunk is another', concat('\x89PNG\r\n\x1a\n', pngChunk('IDAT', Buffer.alloc(20))), 'malformed'],
  ['a JPEG cut at 100 bytes', photo.subarray(0, 100), 'truncated'],
  ['a JPEG of 5 MB of fill bytes', fill, 'malformed'],
  [
    'a JPEG of 300 000 empty segments',
    jpeg(4, 3, Buffer.alloc(1_200_000, Buffer.from([0xff, 0xfe, 0, 2]))),
    'too_complex',
  ],
  ['a JPEG with segments of length 0', jpeg(4, 3, Buffer.alloc(400, Buffer.from([0xff, 0xfe, 0, 0]))), 'malformed'],
  [
    'a JPEG with 26 MiB before its frame header',
    jpeg(4, 3, Buffer.concat(Array.from({ length: 400 }, () => jpegSegment(0xe2, Buffer.alloc(65_533))))),
    'too_complex',
  ],
  [
    'a JPEG without a frame header',
    concat('\xff\xd8', jpegSegment(0xda, Buffer.alloc(6)), Buffer.alloc(50)),
    'malformed',
  ],
  ['a JPEG without pixels', jpeg(0, 10), 'malformed'],
  ['a WebP canvas of 16M x 16M', riff('WEBP', vp8x(2 ** 24, 2 ** 24)), 'malformed'],
  ['a WebP cut in half', riff('WEBP', vp8x(10, 10), Buffer.alloc(100)).subarray(0, 60), 'truncated'],
  [
    'a WebP of 600 chunks',
    riff('WEBP', vp8x(10, 10, 8), ...Array.from({ length: 600 }, () => riffChunk('JUNK', Buffer.alloc(0)))),
    'too_complex',
  ],
  ['a GIF without pixels', gif(0, 1), 'malformed'],
])('%s is refused', async (_what, bytes, expected) => {
  const started = performance.now();
  await expect(facts(bytes)).rejects.toEqual(refusal(expected));
  expect(performance.now() - started).toBeLessThan(500);
});
