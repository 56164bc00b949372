import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breakLines, drawable } from './text-lines.ts';

const measure = (text: string): number => text.length;

test('text breaks between words, and Han anywhere', () => {
  expect(breakLines('a red fox runs', { width: 8, most: 3, measure })).toEqual(['a red', 'fox runs']);
  expect(breakLines('一只狐狸在雪地里', { width: 3, most: 3, measure })).toEqual(['一只狐', '狸在雪', '地里']);
});

test('a word that is too long is cut, and what does not fit ends with an ellipsis', () => {
  expect(breakLines('abcdefgh', { width: 3, most: 9, measure })).toEqual(['abc', 'def', 'gh']);
  expect(breakLines('one two three four', { width: 5, most: 2, measure })).toEqual(['one', 'two…']);
});

test('no line is wider than asked, and no text is lost before the ellipsis', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 12, max: 30 }), (text, width) => {
      const plain = drawable(text);
      const lines = breakLines(plain, { width, most: 4, measure });
      expect(lines.length).toBeLessThanOrEqual(4);
      const bare = lines.join('').replace(/[\s…]/gu, '');
      expect(plain.replace(/[\s…]/gu, '').startsWith(bare)).toBe(true);
    }),
  );
});

test('control characters and direction marks are not drawn', () => {
  expect(drawable('a\u0000b\n\tc\u202ed  \ud800e')).toBe('a b c d \ufffde');
  expect(drawable('👩‍👩‍👧 x'.repeat(3), 2)).toBe('👩‍👩‍👧 ');
});
