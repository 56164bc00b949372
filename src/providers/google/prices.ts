import type { Json } from '../../domain/json.ts';
import type { Model } from '../../domain/model.ts';
import type { PriceLine, Provider } from '../../domain/provider.ts';
import { RESOLUTIONS, type Resolution } from '../../domain/request.ts';
import { strictMapping } from '../../domain/strict-mapping.ts';
import { byTier, OPERATORS_PAGE, priceDate, wholeMicros } from '../kit/own-price.ts';

/** Micro-dollars for a second of output. */
type Rates = { readonly [R in Resolution]?: { readonly sound: number; readonly silent: number } };

/** Google: Vertex AI pricing. */
const DATE = '2026-11-20';
const PAGE = 'Google: Vertex AI pricing';
const RATES: Readonly<Record<string, Rates>> = {
  'veo-3.1-generate-001': {
    '720p': { sound: 400_000, silent: 200_000 },
    '1080p': { sound: 400_000, silent: 200_000 },
    '4k': { sound: 600_000, silent: 400_000 },
  },
  'veo-3.1-fast-generate-001': {
    '720p': { sound: 100_000, silent: 80_000 },
    '1080p': { sound: 120_000, silent: 100_000 },
    '4k': { sound: 300_000, silent: 250_000 },
  },
  'veo-3.1-lite-generate-001': {
    '720p': { sound: 50_000, silent: 30_000 },
    '1080p': { sound: 80_000, silent: 50_000 },
  },
};

const ownVeoPrice = strictMapping({
  date: priceDate,
  per_second: byTier(strictMapping({ sound_micros: wholeMicros, silent_micros: wholeMicros })),
});

interface PriceList {
  readonly rates: Rates;
  readonly date: string;
  readonly page: string;
  readonly origin: 'list' | 'operator';
}

function priceListOf(model: Model, own: Json | undefined): PriceList {
  if (own === undefined) return { rates: RATES[model.id] ?? {}, date: DATE, page: PAGE, origin: 'list' };
  const { date, per_second } = ownVeoPrice.parse(own);
  const rates = Object.entries(per_second).map(([resolution, rate]) => [
    resolution,
    rate && { sound: rate.sound_micros, silent: rate.silent_micros },
  ]);
  return { rates: Object.fromEntries(rates), date, page: OPERATORS_PAGE, origin: 'operator' };
}

/** Seconds times rate. On extension the added seconds are billed. */
const basis: Provider['basis'] = (request, model, own) => {
  const { rates, date, origin } = priceListOf(model, own);
  const { seconds, resolution, audio } = request;
  const rate = rates[resolution];
  if (rate === undefined) return undefined;
  const micros = audio ? rate.sound : rate.silent;
  return {
    price: { currency: 'USD', micros, unit: 'second', per: 1, date, origin },
    units: seconds,
    expectedUnits: seconds,
    inputs: { seconds, resolution, audio },
  };
};

const prices: Provider['prices'] = (model, own) => {
  const { rates, date, page } = priceListOf(model, own);
  return RESOLUTIONS.flatMap((resolution) => {
    const rate = rates[resolution];
    if (!rate) return [];
    const line = (micros: number, when: string): PriceLine => ({
      currency: 'USD',
      micros,
      per: 'second',
      when: `${resolution}, ${when}`,
      resolutions: [resolution],
      offPeak: false,
      page,
      date,
    });
    return [line(rate.sound, 'with sound'), line(rate.silent, 'silent')];
  });
};

/** Google: Vertex AI pricing. A measured file holds the source too, so usage never counts for more than was asked. */
export const VEO_PRICING = {
  formula: 'seconds x price of a second at this resolution, with or without sound',
  ownPrice: ownVeoPrice,
  basis,
  unitsUsed: (request, { seconds }) => (seconds === undefined ? undefined : Math.min(seconds, request.seconds)),
  prices,
} satisfies Partial<Provider>;
