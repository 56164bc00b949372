import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Model } from '../../domain/model.ts';
import type { Currency } from '../../domain/money.ts';
import type { PriceLine, Provider } from '../../domain/provider.ts';
import { type GenerationRequest, inputsOf, RESOLUTIONS, type Resolution } from '../../domain/request.ts';
import { strictMapping } from '../../domain/strict-mapping.ts';
import { OPERATORS_PAGE, priceDate, wholeMicros } from '../kit/own-price.ts';
import { type SeedanceKind, seedanceKind } from './models.ts';
import { framePixels } from './pixels.ts';

/** Micro-units of the currency for a million tokens, without and with a video among the inputs. */
interface TierRates {
  readonly resolutions: readonly Resolution[];
  readonly withoutVideo: number;
  readonly withVideo: number;
}

interface RateRow extends TierRates {
  readonly kind: SeedanceKind;
}

export interface ArkPrices {
  readonly currency: Currency;
  readonly date: string;
  readonly page: string;
  readonly rates: readonly RateRow[];
}

/** BytePlus: model pricing (Ark: model pricing). */
export const BYTEPLUS_PRICES: ArkPrices = {
  currency: 'USD',
  date: '2026-11-20',
  page: 'BytePlus ModelArk: model pricing',
  rates: [
    { kind: '2.0', resolutions: ['480p', '720p'], withoutVideo: 7_000_000, withVideo: 4_300_000 },
    { kind: '2.0', resolutions: ['1080p'], withoutVideo: 7_700_000, withVideo: 4_700_000 },
    { kind: '2.0', resolutions: ['4k'], withoutVideo: 4_000_000, withVideo: 2_400_000 },
    { kind: '2.0 fast', resolutions: ['480p', '720p'], withoutVideo: 5_600_000, withVideo: 3_300_000 },
    { kind: '2.0 mini', resolutions: ['480p', '720p'], withoutVideo: 3_500_000, withVideo: 2_100_000 },
  ],
};

/** Volcengine: price of Ark models (Ark: model pricing). */
export const CN_PRICES: ArkPrices = {
  currency: 'CNY',
  date: '2026-11-20',
  page: 'Volcengine Ark: model price',
  rates: [
    { kind: '2.0', resolutions: ['480p', '720p'], withoutVideo: 46_000_000, withVideo: 28_000_000 },
    { kind: '2.0', resolutions: ['1080p'], withoutVideo: 51_000_000, withVideo: 31_000_000 },
    { kind: '2.0', resolutions: ['4k'], withoutVideo: 26_000_000, withVideo: 16_000_000 },
    { kind: '2.0 fast', resolutions: ['480p', '720p'], withoutVideo: 37_000_000, withVideo: 22_000_000 },
    { kind: '2.0 mini', resolutions: ['480p', '720p'], withoutVideo: 23_000_000, withVideo: 14_000_000 },
  ],
};

/** Ark: input limits. What all input videos together may have, and count as where nobody measured them. */
const MAX_INPUT_VIDEO_SECONDS = 15;

const FRAMES_PER_SECOND = 24;

/**
 * Seconds that are billed at least when a video is given. 480p and 720p: the official table, ceil(5/3 of the output).
 * 1080p: about 1.8 times the output, by a reseller's table. 4k: not known, so the input counts as its largest.
 */
function leastSeconds(outputSeconds: number, resolution: Resolution): number {
  if (resolution === '4k') return outputSeconds + MAX_INPUT_VIDEO_SECONDS;
  return Math.ceil(resolution === '1080p' ? (9 * outputSeconds) / 5 : (5 * outputSeconds) / 3);
}

function inputVideoSeconds(request: GenerationRequest): number {
  const videos = inputsOf(request, 'reference', 'video');
  if (videos.some(({ seconds }) => seconds === undefined)) return MAX_INPUT_VIDEO_SECONDS;
  return Math.min(
    MAX_INPUT_VIDEO_SECONDS,
    videos.reduce((sum, { seconds = 0 }) => sum + seconds, 0),
  );
}

/**
 * Ark: price formula. Tokens = (input video seconds + output seconds) x width x height x 24 / 1024; pictures and sound add
 * none. An upper bound: the largest picture of the tier where the ratio is the model's choice. `undefined`: tier unknown.
 */
export function estimatedTokens(
  request: GenerationRequest,
  outputSeconds: number = request.seconds,
): number | undefined {
  const pixels = framePixels(request.resolution, request.aspectRatio);
  if (pixels === undefined) return undefined;
  const seconds = hasVideo(request)
    ? Math.max(inputVideoSeconds(request) + outputSeconds, leastSeconds(outputSeconds, request.resolution))
    : outputSeconds;
  return Math.ceil((seconds * pixels * FRAMES_PER_SECOND) / 1024);
}

const hasVideo = (request: GenerationRequest): boolean => inputsOf(request, 'reference', 'video').length > 0;

const ownArkPrice = strictMapping({
  date: priceDate,
  per_million_tokens: z
    .array(
      strictMapping({
        resolutions: z.array(z.enum(RESOLUTIONS)).min(1),
        without_video_micros: wholeMicros,
        with_video_micros: wholeMicros,
      }),
    )
    .min(1),
});

interface PriceList extends Pick<ArkPrices, 'currency' | 'date' | 'page'> {
  readonly tiers: readonly TierRates[];
  readonly origin: 'list' | 'operator';
}

function priceListOf(prices: ArkPrices, model: Model, own: Json | undefined): PriceList {
  const { currency } = prices;
  if (own === undefined) {
    const kind = seedanceKind(model.id);
    return { ...prices, tiers: prices.rates.filter((rate) => rate.kind === kind), origin: 'list' };
  }
  const { date, per_million_tokens } = ownArkPrice.parse(own);
  const tiers = per_million_tokens.map(({ resolutions, without_video_micros, with_video_micros }) => ({
    resolutions,
    withoutVideo: without_video_micros,
    withVideo: with_video_micros,
  }));
  return { currency, date, page: OPERATORS_PAGE, tiers, origin: 'operator' };
}

const basisAt =
  (prices: ArkPrices): Provider['basis'] =>
  (request, model, own) => {
    const { currency, date, tiers, origin } = priceListOf(prices, model, own);
    const row = tiers.find(({ resolutions }) => resolutions.includes(request.resolution));
    const units = estimatedTokens(request);
    const expectedUnits = estimatedTokens({ ...request, aspectRatio: usualRatio(request) });
    if (row === undefined || units === undefined || expectedUnits === undefined) return undefined;
    const micros = hasVideo(request) ? row.withVideo : row.withoutVideo;
    return {
      price: { currency, micros, unit: 'token', per: 1_000_000, date, origin },
      units,
      expectedUnits,
      inputs: formulaInputs(request),
    };
  };

/** A model that may choose the picture's form takes this one as a rule. */
const usualRatio = ({ aspectRatio }: GenerationRequest): NonNullable<GenerationRequest['aspectRatio']> =>
  aspectRatio === undefined || aspectRatio === 'adaptive' ? '16:9' : aspectRatio;

const formulaInputs = (request: GenerationRequest): Readonly<Record<string, Json>> => ({
  output_seconds: request.seconds,
  pixels: framePixels(request.resolution, request.aspectRatio) ?? null,
  frames_per_second: FRAMES_PER_SECOND,
  ...(hasVideo(request) && {
    input_video_seconds: inputVideoSeconds(request),
    least_seconds: leastSeconds(request.seconds, request.resolution),
  }),
});

const priceLinesAt =
  (prices: ArkPrices): Provider['prices'] =>
  (model, own) => {
    const { currency, date, page, tiers } = priceListOf(prices, model, own);
    return tiers.flatMap(({ resolutions, withoutVideo, withVideo }) => {
      const line = (micros: number, when: string): PriceLine => ({
        currency,
        micros,
        per: 'million_tokens',
        when: `${resolutions.join(' and ')}, ${when}`,
        resolutions,
        offPeak: false,
        page,
        date,
      });
      return [line(withoutVideo, 'no video among the inputs'), line(withVideo, 'with a video among the inputs')];
    });
  };

/** Exactly `usage.completion_tokens` when Ark has said it, else the formula (Ark: price formula). */
export const arkPricing = (prices: ArkPrices) =>
  ({
    formula:
      'tokens = max(input_video_seconds + output_seconds, least_seconds) x pixels x frames_per_second / 1024, rounded up, x price of a million tokens',
    ownPrice: ownArkPrice,
    basis: basisAt(prices),
    unitsUsed: (request, { tokens, seconds }) =>
      tokens ?? (seconds === undefined ? undefined : estimatedTokens(request, Math.min(seconds, request.seconds))),
    prices: priceLinesAt(prices),
  }) satisfies Partial<Provider>;
