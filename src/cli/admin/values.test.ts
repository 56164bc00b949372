import { expect, test } from 'vitest';
import { countOrNone, jsonValue, listOrNone, microsOf, microsOrNone, momentOf } from './values.ts';

test.each([
  ['50', 50_000_000],
  ['0.25', 250_000],
  ['$1.000001', 1_000_001],
  ['-3.5', -3_500_000],
  ['999999999.999999', 999_999_999_999_999],
])('%s dollars are %d micro-dollars', (text, micros) => {
  expect(microsOf('--amount', text)).toBe(micros);
});

test.each(['', 'x', '1,5', '1e3', '.5', '1.2345678', '--1', 'NaN', '12345678901'])('%j is no amount', (text) => {
  expect(() => microsOf('--budget', text)).toThrow(
    `--budget is ${text}; it must be dollars such as 50 or 0.25, with six decimals at most.`,
  );
});

test('none takes a limit away', () => {
  expect(microsOrNone('--budget', 'none')).toBeNull();
  expect(countOrNone('--per-minute', 'none')).toBeNull();
  expect(listOrNone(['none'])).toBeNull();
});

test('lists are repeated, or several with commas', () => {
  expect(listOrNone(['viduq3*, veo*', 'seedance*'])).toEqual(['viduq3*', 'veo*', 'seedance*']);
});

test.each<[string, number]>([
  ['30d', 1000 + 30 * 86_400],
  ['12h', 1000 + 43_200],
  ['90m', 1000 + 5400],
  ['2027-01-31', 1_801_353_600],
  ['2027-01-31T12:00:00Z', 1_801_396_800],
  ['1800000000', 1_800_000_000],
])('%s is a moment', (text, seconds) => {
  expect(momentOf('--expires', text, 1000.5)).toBe(seconds);
});

test.each(['soon', '30', '2027-13-40', '5 d'])('%j is no moment', (text) => {
  expect(() => momentOf('--expires', text, 1000)).toThrow(`--expires is ${text}; it must be a time from now`);
});

test('counts and JSON are refused in words', () => {
  expect(() => countOrNone('--in-flight', '0')).toThrow(
    '--in-flight is 0; it must be a whole number above 0, or none.',
  );
  expect(() => jsonValue('--value', '{a')).toThrow('--value is not JSON: {a. Put it in single quotes');
});
