import { expect, test } from 'vitest';
import { picture, pictureFromRgba, rgbaFromPicture } from './i420.ts';
import { cover, crossFade, turn } from './motion.ts';

const plain = (red: number, green: number, blue: number) =>
  pictureFromRgba(
    Uint8Array.from({ length: 4 * 16 }, (_, index) => [red, green, blue, 255][index % 4] ?? 0),
    {
      width: 4,
      height: 4,
    },
  );

test.each([
  { rgb: [255, 255, 255], yuv: [235, 128, 128] },
  { rgb: [0, 0, 0], yuv: [16, 128, 128] },
  { rgb: [255, 0, 0], yuv: [63, 102, 240] },
  { rgb: [0, 255, 0], yuv: [173, 42, 26] },
  { rgb: [0, 0, 255], yuv: [32, 240, 118] },
] as const)('$rgb is $yuv in BT.709 limited range, and comes back', ({ rgb, yuv }) => {
  const [red, green, blue] = rgb;
  const made = plain(red, green, blue);
  expect([made.y[0], made.u[0], made.v[0]]).toEqual(yuv);
  const back = rgbaFromPicture(made);
  for (const [index, value] of rgb.entries()) expect(Math.abs((back[index] ?? 0) - value)).toBeLessThanOrEqual(2);
});

const ramp = () => {
  const made = picture(8, 4);
  for (let index = 0; index < 32; index += 1) made.y[index] = 10 * (index % 8) + Math.floor(index / 8);
  return made;
};

test('a picture of the same size is copied, a larger one is sampled between its neighbours', () => {
  const same = picture(8, 4);
  cover(ramp(), same);
  expect(same.data).toEqual(ramp().data);
  const half = picture(4, 2);
  cover(ramp(), half);
  expect([...half.y.subarray(0, 4)]).toEqual([6, 26, 46, 66]); // 5.5 + 20 n, rounded up
  const zoomed = picture(8, 4);
  cover(ramp(), zoomed, 2);
  expect(zoomed.y[0]).toBe(19); // 1.75 samples from the left, 0.75 rows down
});

test('a cross-fade ends exactly at both pictures', () => {
  const [a, b] = [plain(255, 0, 0), plain(0, 0, 255)];
  const none = plain(255, 0, 0);
  crossFade(none, b, 0);
  expect(none.data).toEqual(a.data);
  crossFade(none, b, 1);
  expect(none.data).toEqual(b.data);
});

test('four turns by 90 degrees are none, and one moves the upper left corner to the upper right', () => {
  const once = turn(ramp(), 90);
  expect([once.width, once.height, once.y[3]]).toEqual([4, 8, 0]);
  expect(turn(turn(turn(once, 90), 90), 90).data).toEqual(ramp().data);
  expect(turn(turn(once, 180), 90).data).toEqual(ramp().data);
  expect(turn(once, 270).data).toEqual(ramp().data);
});
