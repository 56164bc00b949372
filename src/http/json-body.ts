import { isUtf8 } from 'node:buffer';
import { Refusal } from '../application/refusal.ts';
import type { Json } from '../domain/json.ts';
import { findJsonError } from './json-error.ts';

/** Deeper nesting than this is nobody's request. */
const MOST_DEPTH = 64;
/** So are more values; ten million short ones would hold the event loop for a second. */
const MOST_COMMAS = 100_000;

/**
 * Parses a request body. An empty one is an empty object. Malformed JSON is refused with line and column; NUL and lone
 * surrogates are refused by path, because no database can store them. Works on the bytes where it can: 20 MB of base64
 * hold the event loop for 40 ms, most of it in `JSON.parse`.
 */
export function parseJsonBody(bytes: Buffer): Json {
  // Bytes in another encoding are refused: replaced by question marks they would be paid for.
  if (!isUtf8(bytes)) throw new Refusal('invalid_json', 'The body is not valid UTF-8 text; JSON is sent in UTF-8.');
  refuseHeaps(bytes);
  const text = bytes.toString('utf8');
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (clean.trim() === '') return {};
  const value = parse(clean);
  // The walk builds a path for every value; it is needed only where the text holds such an escape.
  if (bytes.includes('\\u') && UNSTORABLE_ESCAPE.test(clean)) refuseUnstorable(value, '');
  return value;
}

/** What can spell a NUL or a lone surrogate: decoded UTF-8 holds neither in the clear. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f])/i;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];

/** Counts brackets and commas outside of strings, before anything that recurses sees the body. */
function refuseHeaps(bytes: Buffer): void {
  let depth = 0;
  let commas = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = closingQuote(bytes, at + 1);
    else if (byte === COMMA) commas += 1;
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (depth > MOST_DEPTH)
      throw new Refusal('invalid_json', `The body is nested more than ${MOST_DEPTH} levels deep.`);
    if (commas > MOST_COMMAS) throw new Refusal('invalid_json', `The body has more than ${MOST_COMMAS} values.`);
  }
}

/** Shorter strings are walked through: a search has its price, and a body may have millions of strings. */
const SHORT_BYTES = 64;

/** Where the string ends whose first byte is at `start`; the end of the body when it does not. */
function closingQuote(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    for (const end = at + SHORT_BYTES; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE || byte === undefined) return at;
      if (byte === BACKSLASH) at += 1;
    }
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) return bytes.length;
    let before = quote;
    while (before > at && bytes[before - 1] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 0) return quote;
    at = quote + 1;
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
