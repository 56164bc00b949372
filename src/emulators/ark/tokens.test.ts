import { expect, test } from 'vitest';
import { tokensOf } from './tokens.ts';

const wide = { '480p': [864, 496], '720p': [1280, 720], '1080p': [1920, 1080] } as const;
const tokens = (resolution: keyof typeof wide, seconds: number, inputSeconds = 0): number => {
  const [width, height] = wide[resolution];
  return tokensOf({ width, height, resolution, seconds, inputSeconds });
};

test('without a video the output alone is billed', () => {
  expect(tokens('720p', 5)).toBe(108_000);
  expect(tokens('480p', 5)).toBe(50_220);
  expect(tokens('1080p', 5)).toBe(243_000);
});

test('a video adds its seconds', () => {
  expect(tokens('720p', 5, 15)).toBe(432_000);
});

test.for([
  [4, 70_308, 151_200],
  [5, 90_396, 194_400],
  [9, 150_660, 324_000],
  [15, 251_100, 540_000],
] as const)('%d s with a short video cost the official minimum', ([seconds, at480, at720]) => {
  expect(tokens('480p', seconds, 0.1)).toBe(at480);
  expect(tokens('720p', seconds, 0.1)).toBe(at720);
});
