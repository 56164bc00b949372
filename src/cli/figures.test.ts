import { expect, test } from 'vitest';
import { byteSize, elapsed, ranges, table } from './figures.ts';

test('sizes have at most three digits', () => {
  expect([0, 640, 999, 1000, 12_345, 999_499, 999_500, 4_500_000, 20_000_000_000].map(byteSize)).toEqual([
    '0 B',
    '640 B',
    '999 B',
    '1.0 kB',
    '12.3 kB',
    '999 kB',
    '1.0 MB',
    '4.5 MB',
    '20.0 GB',
  ]);
});

test('time is said in the two units that matter', () => {
  expect([0.9, 59.9, 60, 125, 3600, 7385].map(elapsed)).toEqual([
    '0 s',
    '59 s',
    '1 min 00 s',
    '2 min 05 s',
    '1 h 00 min',
    '2 h 03 min',
  ]);
});

test('runs of numbers are drawn together from three on', () => {
  expect([[4, 6, 8], [1, 2, 3, 4, 8], [5, 6], [7], []].map(ranges)).toEqual(['4, 6, 8', '1–4, 8', '5, 6', '7', '']);
});

test('columns of a table stand below each other, without blanks at the end', () => {
  expect(
    table([
      ['A', 'LONG', 'C'],
      ['wide', 'x', ''],
    ]),
  ).toEqual(['A     LONG  C', 'wide  x']);
});
