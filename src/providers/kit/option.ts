import { z } from 'zod';

const spoken = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
]);

/** A boolean option. Callers may send it as the text "true" or "false". */
export const booleanOption = () => z.preprocess((value) => spoken.get(value) ?? value, z.boolean());

/** A whole-number option within bounds, both included. Callers may send it as text. */
export const integerOption = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );
