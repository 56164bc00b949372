import { z } from 'zod';
import { RESOLUTIONS } from '../../domain/request.ts';
import { partialMapping } from '../../domain/strict-mapping.ts';

/** Where a price stands that the operator set. */
export const OPERATORS_PAGE = 'set by the operator';

const MICROS = 'must be a whole number of millionths of the currency, 0 to 1000000000000';
export const wholeMicros = z.int({ error: MICROS }).min(0, { error: MICROS }).max(1e12, { error: MICROS });

/** The day that a price is from. */
export const priceDate = z.iso.date({ error: 'must be a day such as 2026-11-20' });

/** A value for each of some tiers. */
export const byTier = <Value extends z.ZodType>(value: Value) => partialMapping(RESOLUTIONS, value);
