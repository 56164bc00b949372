import type { Json } from '../../domain/json.ts';
import type { Model } from '../../domain/model.ts';
import type { PriceLine, Provider } from '../../domain/provider.ts';
import { type GenerationRequest, RESOLUTIONS } from '../../domain/request.ts';
import { ownViduPrice, pricesOf } from './own-price.ts';
import type { ClipCredits, Rate, RateRow, Tiers, ViduPrices } from './rates.ts';

/** Vidu: pricing. `is_rec` adds this to a generation. */
const IS_REC_CREDITS = 10;

/** Credits of a whole clip. 0 s is a length that Vidu chooses: the longest may be billed. */
function clipCredits(rate: Rate, seconds: number): number | undefined {
  if (typeof rate === 'number') return rate * seconds;
  return rate[seconds === 0 ? Math.max(...Object.keys(rate).map(Number)) : seconds];
}

interface Credits {
  readonly total: number;
  /** Of what the total is made. */
  readonly inputs: Readonly<Record<string, Json>>;
}

function creditsOf(prices: ViduPrices, request: GenerationRequest, model: Model): Credits | undefined {
  const { mode, resolution, seconds, offPeak, audio, options } = request;
  const row = prices.rates.find((rate) => rate.model === model.id && rate.modes.includes(mode));
  const regular = row?.regular[resolution];
  const rate = offPeak ? (row?.offPeak?.[resolution] ?? regular) : regular;
  const clip = rate === undefined ? undefined : clipCredits(rate, seconds);
  if (clip === undefined) return undefined;
  // Surcharges count whole off-peak too: that they are halved is said nowhere.
  const surcharges = {
    ...(options['is_rec'] === true && { is_rec_credits: IS_REC_CREDITS }),
    ...(audio && row?.audioCredits !== undefined && { audio_credits: row.audioCredits }),
  };
  return {
    total: Object.values(surcharges).reduce((sum, credits) => sum + credits, clip),
    inputs: { seconds, resolution, mode, off_peak: offPeak, clip_credits: clip, ...surcharges },
  };
}

const basisAt =
  (shipped: ViduPrices): Provider['basis'] =>
  (request, model, own) => {
    const prices = pricesOf(shipped, model, own);
    const credits = creditsOf(prices, request, model);
    if (credits === undefined) return undefined;
    const { currency, microsPerCredit, date, origin } = prices;
    return {
      price: { currency, micros: microsPerCredit, unit: 'credit', per: 1, date, origin },
      units: credits.total,
      expectedUnits: credits.total,
      inputs: credits.inputs,
    };
  };

/** Exactly the billed credits when Vidu has said them, else the list price. */
export const viduPricing = (shipped: ViduPrices) =>
  ({
    formula: 'credits = clip_credits (by model, mode, resolution and seconds) + surcharges, x price of a credit',
    ownPrice: ownViduPrice,
    basis: basisAt(shipped),
    unitsUsed: (_request, { credits }) => credits,
    prices: (model, own) => priceLines(pricesOf(shipped, model, own), model),
  }) satisfies Partial<Provider>;

/** Clips whose total depends on their length are listed where the rise changes: in between it is even. */
const priceLines = (prices: ViduPrices, model: Model): readonly PriceLine[] =>
  prices.rates
    .filter((row) => row.model === model.id)
    .flatMap((row) => [
      ...linesOf(prices, row, { tiers: row.regular, offPeak: false }),
      ...(row.offPeak ? linesOf(prices, row, { tiers: row.offPeak, offPeak: true }) : []),
    ]);

function linesOf(
  { currency, microsPerCredit, page, date }: ViduPrices,
  { modes, regular, isEstimate }: RateRow,
  { tiers, offPeak }: { readonly tiers: Tiers; readonly offPeak: boolean },
): PriceLine[] {
  const from = modes.includes('references') ? (modes.length > 1 ? 'all modes' : 'references') : modes.join(', ');
  const turns = new Set(Object.values(regular).flatMap((rate) => (typeof rate === 'number' ? [] : turnsOf(rate))));
  return RESOLUTIONS.flatMap((resolution) =>
    listedAt(tiers[resolution], turns).map(({ credits, per, length }) => ({
      currency,
      micros: credits * microsPerCredit,
      per,
      when: [resolution, from, ...length, ...(offPeak ? ['off-peak'] : []), ...(isEstimate ? ['estimate'] : [])].join(
        ', ',
      ),
      resolutions: [resolution],
      offPeak,
      page,
      date,
    })),
  );
}

/** The shortest and longest clip, and those after which a second costs more or less than before. */
function turnsOf(clips: ClipCredits): readonly number[] {
  const all = Object.entries(clips).map(([seconds, credits]) => ({ seconds: Number(seconds), credits }));
  return all
    .filter(({ credits }, index) => {
      const [before, after] = [all[index - 1], all[index + 1]];
      return !before || !after || credits - before.credits !== after.credits - credits;
    })
    .map(({ seconds }) => seconds);
}

interface ListedPrice {
  readonly credits: number;
  readonly per: PriceLine['per'];
  /** Of the clip, where the price is for one length only. */
  readonly length: readonly string[];
}

function listedAt(rate: Rate | undefined, turns: ReadonlySet<number>): readonly ListedPrice[] {
  if (rate === undefined) return [];
  if (typeof rate === 'number') return [{ credits: rate, per: 'second', length: [] }];
  return Object.entries(rate)
    .filter(([seconds]) => turns.has(Number(seconds)))
    .map(([seconds, credits]) => ({ credits, per: 'generation', length: [`${seconds} s`] }));
}
