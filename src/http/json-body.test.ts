import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../application/refusal.ts';
import { parseJsonBody } from './json-body.ts';
import { findJsonError } from './json-error.ts';

function refusal(text: string): Refusal {
  try {
    parseJsonBody(Buffer.from(text));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('accepted');
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('an empty body is an empty object, and a byte order mark is passed over', () => {
  expect(parseJsonBody(Buffer.from(''))).toEqual({});
  expect(parseJsonBody(Buffer.from(' \n'))).toEqual({});
  expect(parseJsonBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
});

test.each([
  [
    '{"a": 1,}',
    'The body is not valid JSON: at line 1, column 9 found "}" where a name in double quotes (a comma must not come last) is expected.',
  ],
  [
    '{\n  "a": 1\n  "b": 2\n}',
    'The body is not valid JSON: at line 3, column 3 found "\\"" where a comma or } is expected.',
  ],
  [
    '[1, 2,]',
    'The body is not valid JSON: at line 1, column 7 found "]" where a value (a comma must not come last) is expected.',
  ],
  [
    "{'a': 1}",
    'The body is not valid JSON: at line 1, column 2 found "\'" where a name in double quotes or } is expected.',
  ],
  ['{"a" 1}', 'The body is not valid JSON: at line 1, column 6 found "1" where a colon is expected.'],
  ['{"a": "x', 'The body is not valid JSON: at line 1, column 9 the body ends where a closing quote is expected.'],
  [
    '{"a": "x\ny"}',
    'The body is not valid JSON: at line 1, column 9 found "\\n" where a closing quote (line breaks in strings are written \\n) is expected.',
  ],
  [
    '{"a": "\\x"}',
    'The body is not valid JSON: at line 1, column 8 found "\\\\" where a valid escape such as \\n or \\u00e9 is expected.',
  ],
  ['{"a": 1} x', 'The body is not valid JSON: at line 1, column 10 found "x" where the end of the body is expected.'],
  ['{"a": NaN}', 'The body is not valid JSON: at line 1, column 7 found "N" where a value is expected.'],
  ['model=x&prompt=y', 'The body is not valid JSON: at line 1, column 1 found "m" where a value is expected.'],
])('%j is refused with line and column', (text, message) => {
  expect(refusal(text)).toMatchObject({ code: 'invalid_json', message });
});

test('what no database can store is refused by its path', () => {
  expect(refusal('{"prompt": "a\\u0000b"}')).toMatchObject({
    code: 'invalid_value',
    param: 'prompt',
    message: 'prompt contains a NUL character (\\u0000); send valid Unicode text.',
  });
  expect(refusal('{"images": ["x", "\\ud83d"]}')).toMatchObject({
    param: 'images[1]',
    message: 'images[1] contains half of a surrogate pair; send valid Unicode text.',
  });
  expect(refusal('{"a\\u0000": 1}').message).toContain('contains a NUL character');
});

test('a body nested beyond all reason is refused, however deep', () => {
  expect(refusal(`${'['.repeat(80)}${']'.repeat(80)}`).message).toBe('The body is nested more than 64 levels deep.');
  expect(refusal('['.repeat(200_000)).code).toBe('invalid_json');
});

test('bytes in another encoding are refused', () => {
  expect(() => parseJsonBody(Buffer.from([0x22, 0xc4, 0xe3, 0x22]))).toThrow('The body is not valid UTF-8 text');
});

test('a body of a hundred thousand values is refused, and brackets and commas inside strings are text', () => {
  expect(refusal(`[${'1,'.repeat(100_001)}1]`).message).toBe('The body has more than 100000 values.');
  const text = fc.array(
    fc.oneof(
      fc.constantFrom('[', ',', '"', '\\', '\\"', '/', '中', '[[[['),
      fc.nat(200).map((length) => 'a'.repeat(length)),
      fc.nat(200).map((length) => '\\'.repeat(length)),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      const value = texts.map((parts) => [parts.join('').repeat(3), '['.repeat(70)]);
      expect(parseJsonBody(Buffer.from(JSON.stringify(value)))).toEqual(value);
    }),
  );
  fc.assert(
    fc.property(text, (parts) => {
      const long = JSON.stringify(parts.join(''));
      expect(refusal(`[${long},${'['.repeat(64)}`).message).toContain('nested more than 64 levels');
    }),
  );
});

test('the scanner finds an error exactly where JSON.parse refuses', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', ':', '\\', 'x', '0', '\n', '{'))
    .map(([json, at, put]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + put + json.slice(place + (at % 2));
    });
  fc.assert(
    fc.property(damaged, (text) => {
      const { offset, expected } = findJsonError(text);
      expect(expected === 'nothing more').toBe(parses(text));
      expect(offset).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 5000 },
  );
});
