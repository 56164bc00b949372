import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ceilMicros, dollars, microUsd, priceOf } from './money.ts';

test.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  '%d is not an amount of micro-dollars',
  (amount) => {
    expect(() => microUsd(amount)).toThrow(RangeError);
  },
);

test('an amount in dollars costs exactly itself', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (micros) => {
      expect(priceOf({ currency: 'USD', micros }, 1)).toBe(micros);
    }),
  );
});

test('a price is never under the cost, and never a whole micro-dollar over it', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 5_000_000 }), (micros, millionths) => {
      const price = BigInt(priceOf({ currency: 'CNY', micros }, millionths / 1e6)) * 1_000_000n;
      const exact = BigInt(micros) * BigInt(millionths);
      expect(price >= exact).toBe(true);
      expect(price - exact < 1_000_000n).toBe(true);
    }),
  );
});

test('the noise of binary fractions costs nothing', () => {
  expect(ceilMicros(0.1 + 0.2)).toBe(1);
  expect(ceilMicros(3 * 1.1)).toBe(4);
  expect(ceilMicros(100 * 1.1)).toBe(110);
  expect(ceilMicros(0)).toBe(0);
});

test('money keeps every micro-dollar, and at least two digits', () => {
  expect([0, 1, 50_000, 275_000, 1_600_000, 12_345_678].map(dollars)).toEqual([
    '$0.00',
    '$0.000001',
    '$0.05',
    '$0.275',
    '$1.60',
    '$12.345678',
  ]);
});
