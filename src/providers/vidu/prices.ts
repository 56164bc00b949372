import type { Model } from '../../domain/model.ts';
import { type Cost, type Currency, ceilMicros } from '../../domain/money.ts';
import type { PriceLine, Usage } from '../../domain/provider.ts';
import { type GenerationRequest, type Mode, RESOLUTIONS, type Resolution } from '../../domain/request.ts';

/** Credits per second of one model in some modes. Without an off-peak figure the regular one is the upper bound. */
interface RateRow {
  readonly model: string;
  readonly modes: readonly Mode[];
  readonly regular: { readonly [R in Resolution]?: number };
  readonly offPeak?: { readonly [R in Resolution]?: number };
}

export interface ViduPrices {
  readonly currency: Currency;
  /** What one credit costs, in micro-units: whole. */
  readonly microsPerCredit: number;
  readonly date: string;
  readonly page: string;
  readonly rates: readonly RateRow[];
}

/** Vidu: pricing. `is_rec` adds this to a generation. */
const IS_REC_CREDITS = 10;

const FROM_TEXT_OR_FRAMES = ['text', 'image', 'frames'] as const;
const tiers = (p540: number, p720: number, p1080: number) => ({ '540p': p540, '720p': p720, '1080p': p1080 });
const upperTiers = (p720: number, p1080: number) => ({ '720p': p720, '1080p': p1080 });

const PRO_FAST: RateRow = {
  model: 'viduq3-pro-fast',
  modes: ['image'],
  regular: upperTiers(20, 25),
  offPeak: upperTiers(10, 13),
};

/** vidu.com: 1 credit is $0.005 (Vidu: pricing, EN page). */
export const COM_PRICES: ViduPrices = {
  currency: 'USD',
  microsPerCredit: 5_000,
  date: '2026-08-13',
  page: 'Vidu: pricing (platform.vidu.com)',
  rates: [
    { model: 'viduq3-pro', modes: FROM_TEXT_OR_FRAMES, regular: tiers(9, 20, 24), offPeak: tiers(5, 10, 12) },
    { model: 'viduq3-turbo', modes: FROM_TEXT_OR_FRAMES, regular: tiers(7, 11, 13), offPeak: tiers(4, 6, 7) },
    { model: 'viduq3-turbo', modes: ['references'], regular: tiers(4, 10, 13), offPeak: tiers(2, 5, 7) },
    PRO_FAST,
    { model: 'viduq3', modes: ['references'], regular: tiers(7, 12, 15), offPeak: tiers(4, 6, 7) },
    { model: 'viduq3-mix', modes: ['references'], regular: upperTiers(24, 29) },
  ],
};

/**
 * vidu.cn: 1 credit is CNY 0.03125. Pro is the CN list of 2026-04; its off-peak figures and the other models are the
 * earlier EN rates, which vidu.cn had until then as far as is known; pro-fast has one list only. Bills follow `credits`.
 */
export const CN_PRICES: ViduPrices = {
  currency: 'CNY',
  microsPerCredit: 31_250,
  date: '2026-04-15',
  page: 'Vidu: pricing (CN, as listed by UCloud; earlier EN rates where CN is not known)',
  rates: [
    { model: 'viduq3-pro', modes: FROM_TEXT_OR_FRAMES, regular: tiers(10, 25, 30), offPeak: tiers(7, 15, 16) },
    { model: 'viduq3-turbo', modes: [...FROM_TEXT_OR_FRAMES, 'references'], regular: tiers(8, 12, 14) },
    PRO_FAST,
    { model: 'viduq3', modes: ['references'], regular: tiers(10, 20, 25) },
    { model: 'viduq3-mix', modes: ['references'], regular: upperTiers(25, 30) },
  ],
};

function creditsOf(prices: ViduPrices, request: GenerationRequest, model: Model): number | undefined {
  const row = prices.rates.find((rate) => rate.model === model.id && rate.modes.includes(request.mode));
  const regular = row?.regular[request.resolution];
  const perSecond = request.offPeak ? (row?.offPeak?.[request.resolution] ?? regular) : regular;
  if (perSecond === undefined) return undefined;
  return perSecond * request.seconds + (request.options['is_rec'] === true ? IS_REC_CREDITS : 0);
}

/** Exactly the billed credits when Vidu has said them, else the list price. */
export const viduCost =
  (prices: ViduPrices) =>
  (request: GenerationRequest, model: Model, usage?: Usage): Cost | undefined => {
    const credits = usage?.credits ?? creditsOf(prices, request, model);
    if (credits === undefined) return undefined;
    return { currency: prices.currency, micros: ceilMicros(credits * prices.microsPerCredit) };
  };

export const viduPriceLines =
  (prices: ViduPrices) =>
  (model: Model): readonly PriceLine[] =>
    prices.rates
      .filter((row) => row.model === model.id)
      .flatMap((row) => {
        const from = row.modes.includes('references')
          ? row.modes.length > 1
            ? 'all modes'
            : 'references'
          : row.modes.join(', ');
        const lines = (credits: RateRow['regular'], offPeak: boolean): PriceLine[] =>
          RESOLUTIONS.flatMap((resolution) => {
            const perSecond = credits[resolution];
            if (perSecond === undefined) return [];
            return {
              currency: prices.currency,
              micros: perSecond * prices.microsPerCredit,
              per: 'second',
              when: `${resolution}, ${from}${offPeak ? ', off-peak' : ''}`,
              resolutions: [resolution],
              offPeak,
              page: prices.page,
              date: prices.date,
            };
          });
        return [...lines(row.regular, false), ...(row.offPeak ? lines(row.offPeak, true) : [])];
      });
