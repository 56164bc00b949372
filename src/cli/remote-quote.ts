import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';

const amount = z.looseObject({ currency: z.string(), micros: z.number() });

/** A quote as a server answers it: only what the command reads. */
export const remoteQuote = z.looseObject({
  model: z.string(),
  mode: z.string(),
  held_micros: z.number(),
  expected_micros: z.number(),
  markup: z.number(),
  routes: z.array(
    z.looseObject({
      provider: z.string(),
      held_micros: z.number(),
      unit_price: amount.extend({ unit: z.string(), per: z.number(), date: z.string() }),
      units: z.looseObject({ most: z.number() }),
      cost: amount,
      rate: z.looseObject({ usd: z.number() }),
    }),
  ),
  warnings: z.array(z.looseObject({ message: z.string() })).default([]),
});

export interface RemoteQuote extends z.infer<typeof remoteQuote> {
  /** The whole answer, for `--json`. */
  readonly raw: JsonObject;
}
