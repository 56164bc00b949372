import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseByteRange } from './byte-range.ts';

test.each([
  ['bytes=0-0', { kind: 'range', start: 0, end: 0 }],
  ['bytes=0-99', { kind: 'range', start: 0, end: 99 }],
  ['bytes=0-100', { kind: 'range', start: 0, end: 99 }],
  ['bytes=10-', { kind: 'range', start: 10, end: 99 }],
  ['bytes=-10', { kind: 'range', start: 90, end: 99 }],
  ['bytes=-1000', { kind: 'range', start: 0, end: 99 }],
  ['Bytes= 1-2 ', { kind: 'range', start: 1, end: 2 }],
  ['bytes=99-99999999999999999999999', { kind: 'range', start: 99, end: 99 }],
  ['bytes=100-', { kind: 'unsatisfiable' }],
  ['bytes=99999999999999999999999-', { kind: 'unsatisfiable' }],
  ['bytes=-0', { kind: 'unsatisfiable' }],
  ['bytes=5-4', { kind: 'whole' }],
  ['bytes=0-1,5-6', { kind: 'whole' }],
  ['bytes=-', { kind: 'whole' }],
  ['bytes=', { kind: 'whole' }],
  ['bytes=a-b', { kind: 'whole' }],
  ['bytes=0x1-5', { kind: 'whole' }],
  ['bytes=1.5-5', { kind: 'whole' }],
  ['bytes=+1-5', { kind: 'whole' }],
  ['items=0-5', { kind: 'whole' }],
  ['bytes 0-5', { kind: 'whole' }],
  [undefined, { kind: 'whole' }],
])('%s of 100 bytes', (header, expected) => {
  expect(parseByteRange(header, 100)).toEqual(expected);
});

test('an empty representation has no range, but may be sent whole', () => {
  expect(parseByteRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
  expect(parseByteRange('bytes=-5', 0)).toEqual({ kind: 'whole' });
});

test('whatever the header, a range lies within the representation', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    fc.bigInt({ min: 0n, max: 2n ** 80n }).map((first) => `bytes=${first}-`),
    fc.nat().map((length) => `bytes=-${length}`),
  );
  fc.assert(
    fc.property(header, fc.nat(), (given, bytes) => {
      const range = parseByteRange(given, bytes);
      if (range.kind !== 'range') return true;
      return range.start >= 0 && range.start <= range.end && range.end < bytes && Number.isInteger(range.end);
    }),
  );
});

test('a range selects the bytes that the header asks for', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 200 }), (first, length, bytes) => {
      const whole = Uint8Array.from({ length: bytes }, (_, index) => index);
      const range = parseByteRange(`bytes=${first}-${first + length}`, bytes);
      const wanted = whole.slice(first, first + length + 1);
      if (range.kind !== 'range') return range.kind === 'unsatisfiable' && wanted.length === 0;
      return Buffer.compare(whole.slice(range.start, range.end + 1), wanted) === 0;
    }),
  );
});
