import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGenerationId } from './generation-id.ts';

test('every id is read in every spelling', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 2n ** 63n - 1n), fc.constantFrom('', 'task_', 'video_', 'cgt-'), (id, prefix) => {
      expect(parseGenerationId(prefix + id)).toBe(id);
    }),
  );
});

test.each([
  '0',
  '-1',
  '9223372036854775808',
  '99999999999999999999',
  'task_',
  'task_1x',
  ' 1',
  '1\n',
  '1e3',
  'TASK_1',
  'task_task_1',
  'generations',
  '',
  '١',
])('%j is no id', (text) => {
  expect(parseGenerationId(text)).toBeUndefined();
});

test('whatever is asked for, nothing is thrown', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseGenerationId(text)));
});
