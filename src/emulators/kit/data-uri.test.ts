import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, decodeDataUri } from './data-uri.ts';

test('every byte string comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      const uri = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
      expect(decodeDataUri(uri)).toEqual({ mediaType: 'image/png', bytes: Buffer.from(bytes) });
    }),
  );
});

test('any text is either decoded or refused', () => {
  fc.assert(fc.property(fc.string(), (text) => decodeDataUri(text) === undefined || text.startsWith('data:')));
});

test.for(['', 'AAA', 'AA=A', 'AAAA=', 'A A=', '%%%%'])('%o is no base64', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});

test.for(['data:image/png,abcd', 'data:;base64,AAAA', 'image/png;base64,AAAA', 'data:image/png;charset=x;base64,AAAA'])(
  '%o is no base64 data URI',
  (uri) => {
    expect(decodeDataUri(uri)).toBeUndefined();
  },
);
