import { usageError } from '../cli-error.ts';

/** Words that take a limit away. */
const NONE = 'none';

/** Dollars as typed, "50" or "0.25", in micro-dollars. Throws a usage error. */
export function microsOf(option: string, text: string): number {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)\$?(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text.trim()) ?? [];
  if (whole === '')
    throw usageError(`${option} is ${text}; it must be dollars such as 50 or 0.25, with six decimals at most.`);
  const micros = Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0'));
  return sign === '' ? micros : -micros;
}

/** The same, or `none`. */
export const microsOrNone = (option: string, text: string): number | null =>
  text === NONE ? null : microsOf(option, text);

export function countOrNone(option: string, text: string): number | null {
  if (text === NONE) return null;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw usageError(`${option} is ${text}; it must be a whole number above 0, or none.`);
}

/** What may be repeated, and be several with commas; `none` alone is no list. */
export function listOrNone(values: readonly string[]): readonly string[] | null {
  const words = values.flatMap((value) => value.split(',').map((word) => word.trim())).filter((word) => word !== '');
  return words.length === 1 && words[0] === NONE ? null : words;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** A moment in unix seconds: "30d", "12h" or "90m" from now on, a day or time in ISO form, or unix seconds. */
export function momentOf(option: string, text: string, nowSeconds: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return Math.floor(nowSeconds) + Number(count) * (UNIT_SECONDS[unit] ?? 0);
  if (/^\d{9,11}$/.test(text)) return Number(text);
  const moment = /^\d{4}-\d\d-\d\d(?:T.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return Math.floor(moment / 1000);
  throw usageError(`${option} is ${text}; it must be a time from now such as 30d or 12h, or a day such as 2027-01-31.`);
}

export const momentOrNone = (option: string, text: string, nowSeconds: number): number | null =>
  text === NONE ? null : momentOf(option, text, nowSeconds);

/** JSON as typed. */
export function jsonValue(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`${option} is not JSON: ${text.slice(0, 60)}. Put it in single quotes, '{"…": …}'.`);
  }
}
