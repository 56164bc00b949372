/** What a Range header asks of a representation: `start` and `end` are offsets in bytes, both inclusive. */
export type ByteRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'range'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const whole: ByteRange = { kind: 'whole' };
const unsatisfiable: ByteRange = { kind: 'unsatisfiable' };
const single = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * Reads a Range header (RFC 9110, section 14) for a representation of `bytes` bytes. One range only: several ranges,
 * other units and malformed headers count as no header, which the RFC permits. `unsatisfiable` is for a 416.
 */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange {
  const [, first = '', last = ''] = single.exec(header ?? '') ?? [];
  if (first === '' && last === '') return whole;
  if (first === '') return suffix(Number(last), bytes);
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return whole;
  if (start >= bytes) return unsatisfiable;
  return { kind: 'range', start, end: Math.min(end, bytes - 1) };
}

/** The last `length` bytes. A 206 cannot say "all of nothing", so an empty representation is sent whole. */
function suffix(length: number, bytes: number): ByteRange {
  if (length === 0) return unsatisfiable;
  if (bytes === 0) return whole;
  return { kind: 'range', start: Math.max(0, bytes - length), end: bytes - 1 };
}
