import { isUtf8 } from 'node:buffer';
import { Refusal } from '../application/refusal.ts';
import type { Json } from '../domain/json.ts';
import { findJsonError } from './json-error.ts';

/** Deeper nesting than this is nobody's request. */
const MOST_DEPTH = 64;

/** Bytes in another encoding are refused: replaced by question marks they would be paid for. */
export function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new Refusal('invalid_json', 'The body is not valid UTF-8 text; JSON is sent in UTF-8.');
}

/**
 * Parses a request body. An empty one is an empty object. Malformed JSON is refused with line and column; NUL and lone
 * surrogates are refused by path, because no database can store them.
 */
export function parseJsonBody(text: string): Json {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (clean.trim() === '') return {};
  refuseDepth(clean);
  const value = parse(clean);
  // The walk builds a path for every value; it is needed only where the text holds such an escape.
  if (UNSTORABLE_ESCAPE.test(clean)) refuseUnstorable(value, '');
  return value;
}

/** What can spell a NUL or a lone surrogate: decoded UTF-8 holds neither in the clear. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f])/i;

/** Counts brackets outside of strings, before anything that recurses sees the body. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at += 1;
    else if (char === 0x22) inString = !inString;
    else if (inString) continue;
    else if (char === 0x5b || char === 0x7b) depth += 1;
    else if (char === 0x5d || char === 0x7d) depth -= 1;
    if (depth > MOST_DEPTH)
      throw new Refusal('invalid_json', `The body is nested more than ${MOST_DEPTH} levels deep.`);
  }
}

function parse(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    const { offset, expected } = findJsonError(text);
    const before = text.slice(0, offset).split('\n');
    const at = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const found = offset >= text.length ? 'the body ends' : `found ${JSON.stringify(text.slice(offset, offset + 1))}`;
    throw new Refusal('invalid_json', `The body is not valid JSON: at ${at} ${found} where ${expected} is expected.`);
  }
}

function refuseUnstorable(value: Json, path: string): void {
  if (typeof value === 'string') refuseText(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach((item: Json, index) => {
      refuseUnstorable(item, `${path}[${index}]`);
    });
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const below = path === '' ? name : `${path}.${name}`;
    refuseText(name, below);
    refuseUnstorable(member, below);
  }
}

function refuseText(text: string, path: string): void {
  const what = text.includes('\0')
    ? 'a NUL character (\\u0000)'
    : text.isWellFormed()
      ? undefined
      : 'half of a surrogate pair';
  if (what === undefined) return;
  const param = path.toWellFormed().replaceAll('\0', '\\u0000').slice(0, 200);
  throw new Refusal('invalid_value', `${param || 'the body'} contains ${what}; send valid Unicode text.`, { param });
}
