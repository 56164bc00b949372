import { expect, test } from 'vitest';
import { readFields } from './flatten-body.ts';

const heap = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`field_${index}`, 1]));

test('a heap of fields is refused before anything looks at them', () => {
  expect(() => readFields(heap(900_000))).toThrow('The body has 900000 fields; at most 200 are read.');
  expect(() => readFields({ extra_body: heap(201) })).toThrow('extra_body has 201 fields; at most 200 are read.');
  expect(readFields(heap(200)).size).toBe(200);
});

test('null is absent, and extra_body stands for the top level', () => {
  const fields = readFields({ a: null, b: 1, extra_body: { c: null, d: 'x', b: 1 } });
  expect([...fields]).toEqual([
    ['b', { value: 1, param: 'b' }],
    ['d', { value: 'x', param: 'extra_body.d' }],
  ]);
});
