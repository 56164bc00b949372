import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Model } from '../../domain/model.ts';
import { MODES } from '../../domain/request.ts';
import { strictMapping } from '../../domain/strict-mapping.ts';
import { byTier, OPERATORS_PAGE, priceDate, wholeMicros } from '../kit/own-price.ts';
import type { RateRow, ViduPrices } from './rates.ts';

const CREDITS = 'must be a whole number of credits';
const credits = z.int({ error: CREDITS }).min(0, { error: CREDITS }).max(1e6, { error: CREDITS });
/** Credits for each second, or totals by the seconds of the clip. */
const rate = z.union([credits, z.record(z.string().regex(/^\d{1,3}$/), credits)], {
  error: 'must be credits for a second, or totals by seconds such as {"4": 40, "8": 100}',
});
const tiers = byTier(rate);

/** Either part may be left out: then the list’s counts. */
export const ownViduPrice = strictMapping({
  date: priceDate,
  micros_per_credit: wholeMicros.optional(),
  rates: z
    .array(
      strictMapping({
        /** All modes of the model when absent. */
        modes: z.array(z.enum(MODES)).min(1).optional(),
        credits: tiers,
        off_peak: tiers.optional(),
        audio_credits: credits.optional(),
      }),
    )
    .min(1)
    .optional(),
}).refine((own) => own.micros_per_credit !== undefined || own.rates !== undefined, {
  error: 'must have micros_per_credit, rates, or both',
});

export interface PricesInForce extends ViduPrices {
  readonly origin: 'list' | 'operator';
}

/** The list, or what the operator set for a model in its place. */
export function pricesOf(shipped: ViduPrices, model: Model, own: Json | undefined): PricesInForce {
  if (own === undefined) return { ...shipped, origin: 'list' };
  const { date, micros_per_credit, rates } = ownViduPrice.parse(own);
  return {
    currency: shipped.currency,
    microsPerCredit: micros_per_credit ?? shipped.microsPerCredit,
    date,
    page: OPERATORS_PAGE,
    rates:
      rates?.map(
        ({ modes, credits: regular, off_peak, audio_credits }): RateRow => ({
          model: model.id,
          modes: modes ?? MODES,
          regular,
          ...(off_peak && { offPeak: off_peak }),
          ...(audio_credits !== undefined && { audioCredits: audio_credits }),
        }),
      ) ?? shipped.rates,
    origin: 'operator',
  };
}
