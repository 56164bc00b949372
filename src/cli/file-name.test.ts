import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameFrom } from './file-name.ts';

test('a file is named after the first words of its prompt', () => {
  expect(nameFrom('A fox, in the snow! [test:slow]')).toBe('a-fox-in-the-snow-test');
  expect(nameFrom('雪の中の狐')).toBe('雪の中の狐');
  expect(nameFrom('हिन्दी')).toBe('हिन्दी');
});

test('a prompt without words gives a name all the same', () => {
  expect(nameFrom(' …/!? ')).toBe('video');
});

test('no prompt can name a file elsewhere, hide it, or make its name too long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (prompt) => {
      const name = nameFrom(prompt);
      expect(name).toMatch(/^[^/\\.\-\0][^/\\.\0]*$/);
      expect(Buffer.byteLength(`${name}-9999.mp4`)).toBeLessThan(256);
    }),
  );
});
