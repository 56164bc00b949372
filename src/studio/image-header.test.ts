import { createCanvas } from '@napi-rs/canvas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imageSize } from './image-header.ts';
import { decodePcm } from './pcm.ts';

test('the size of an image is read from its header', async () => {
  const canvas = createCanvas(70, 30);
  const files = await Promise.all([
    canvas.encode('png'),
    canvas.encode('jpeg'),
    canvas.encode('webp', 80),
    canvas.encode('gif'),
  ]);
  for (const file of files) expect(imageSize(file)).toEqual({ width: 70, height: 30 });
  expect(imageSize(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'))).toBeUndefined();
});

test('no bytes make the header reader throw or hang', () => {
  const starts = ['89504e47', 'ffd8ff', '474946383961', '424d', '52494646000000005745425056503858', ''];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      imageSize(Buffer.concat([Buffer.from(start, 'hex'), rest]));
    }),
  );
});

test.each([
  ['pcm-s16', '00800000ff7f', [-1, 0, 0.99997]],
  ['pcm-s24', '000080000000ffff7f', [-1, 0, 1]],
  ['pcm-u8', '0080ff', [-1, 0, 0.9922]],
  ['pcm-f32', '000080bf0000003f', [-1, 0.5]],
  ['ulaw', '00ff80', [-0.9803, 0, 0.9803]],
  ['alaw', '2ad5aa', [-0.9844, 0.00024, 0.9844]],
])('%s samples become numbers from -1 to 1', (codec, hex, wanted) => {
  const samples = decodePcm(codec, Buffer.from(hex, 'hex'));
  for (const [index, value] of wanted.entries()) expect(samples[index]).toBeCloseTo(value, 3);
});
