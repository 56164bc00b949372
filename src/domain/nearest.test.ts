import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const MODELS = ['viduq3t-720p', 'viduq3t-1080p', 'viduq3p-720p', 'seedance2.0-fast-480p', 'veo-3.1'];

test.each([
  ['viduq3t-72p', 'viduq3t-720p'],
  ['VIDUQ3T-720P', 'viduq3t-720p'],
  ['veo3.1', 'veo-3.1'],
  ['sedance2.0-fast-480p', 'seedance2.0-fast-480p'],
])('%s is taken for %s', (typed, meant) => {
  expect(nearest(typed, MODELS, 1)).toEqual([meant]);
});

test.each(['sora-2', '', 'x'.repeat(10_000), 'v'])('nothing is near to %j', (typed) => {
  expect(nearest(typed, MODELS, 3)).toEqual([]);
});

test('no more than asked, each one of the words, the word itself first', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(5), (words, count) => {
      const [word = ''] = words;
      const near = nearest(word, words, count);
      expect(near.length).toBeLessThanOrEqual(count);
      expect(near.every((each) => words.includes(each))).toBe(true);
      if (count > 0 && word.length <= 64) expect(near[0]?.toLowerCase()).toBe(word.toLowerCase());
    }),
  );
});

test('a word of a megabyte takes no time', () => {
  const begun = performance.now();
  nearest('x'.repeat(1_000_000), MODELS, 3);
  expect(performance.now() - begun).toBeLessThan(500);
});
