import { z } from 'zod';

/** Micro-dollars that fit every sum of them: a thousand million dollars. */
export const MOST_MICROS = 1_000_000_000_000_000;

const MICROS = 'a whole number of micro-dollars (1000000 is one dollar)';
export const micros = z.int(`${MICROS}, 0 or more`).min(0, `${MICROS}, 0 or more`).max(MOST_MICROS, MICROS);

export const text = (allowed: string, most: number) => z.string(allowed).trim().min(1, allowed).max(most, allowed);

/** Unix seconds, as an answer shows them. */
export const time = z.int().describe('Unix seconds.');

export const wholeSeconds = (seconds: number): number => Math.floor(seconds);
