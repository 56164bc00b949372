import { expect, test } from 'vitest';
import { MAGIC_PROMPTS, magicOf } from './magic.ts';

test.for(MAGIC_PROMPTS)('$word forces its outcome anywhere in a prompt', ({ word, outcome }) => {
  expect(magicOf(`a fox ${word.toUpperCase()} in the snow`)).toBe(outcome);
});

test('other prompts force nothing', () => {
  expect(magicOf('a test of [test: failed]')).toBeUndefined();
});
