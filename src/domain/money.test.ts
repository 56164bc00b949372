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
      expect(priceOf({ micros }, { usdPerUnit: 1 })).toBe(micros);
    }),
  );
});

test('a price is never under the cost, and never a whole micro-dollar over it', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 5_000_000 }), (micros, millionths) => {
      const price = BigInt(priceOf({ micros }, { usdPerUnit: millionths / 1e6 })) * 1_000_000n;
      const exact = BigInt(micros) * BigInt(millionths);
      expect(price >= exact).toBe(true);
      expect(price - exact < 1_000_000n).toBe(true);
    }),
  );
});

test('a price is cost times rate times markup, rounded up once', () => {
  const digits = fc.integer({ min: 0, max: 3_000_000_000 });
  fc.assert(
    fc.property(fc.nat(2 ** 40), digits, digits, (micros, rate, markup) => {
      fc.pre((micros * rate * markup) / 1e18 < 2 ** 52);
      const price = BigInt(priceOf({ micros }, { usdPerUnit: rate / 1e9, markup: markup / 1e9 })) * 10n ** 18n;
      const exact = BigInt(micros) * BigInt(rate) * BigInt(markup);
      expect(price >= exact).toBe(true);
      expect(price - exact < 10n ** 18n).toBe(true);
    }),
  );
  // In binary fractions 1.1 x 3 is 3.3000000000000003, and would cost one more.
  expect(priceOf({ micros: 3_000_000 }, { usdPerUnit: 1.1 })).toBe(3_300_000);
  expect(priceOf({ micros: 1_718_750 }, { usdPerUnit: 0.14, markup: 1.25 })).toBe(300_782);
  expect(priceOf({ micros: 275_000 }, { usdPerUnit: 1, markup: 0 })).toBe(0);
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
