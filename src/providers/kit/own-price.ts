import { z } from 'zod';

/** Where a price stands that the operator set. */
export const OPERATORS_PAGE = 'set by the operator';

/** An operator's own price, or a part of it: a mapping of exactly these. Messages of issues follow the name. */
export const ownPriceSchema = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `must have no other names than ${Object.keys(shape).join(', ')}`
        : 'must be a mapping',
  });

const MICROS = 'must be a whole number of millionths of the currency, 0 to 1000000000000';
export const wholeMicros = z.int({ error: MICROS }).min(0, { error: MICROS }).max(1e12, { error: MICROS });

/** The day that a price is from. */
export const priceDate = z.iso.date({ error: 'must be a day such as 2026-11-20' });
