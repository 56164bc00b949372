import type { Model } from '../../domain/model.ts';
import type { Cost, Currency } from '../../domain/money.ts';
import type { PriceLine, Usage } from '../../domain/provider.ts';
import { type GenerationRequest, inputsOf, type Resolution } from '../../domain/request.ts';
import { type SeedanceKind, seedanceKind } from './models.ts';
import { framePixels } from './pixels.ts';

/** Micro-units of the currency for a million tokens, without and with a video among the inputs. */
interface RateRow {
  readonly kind: SeedanceKind;
  readonly resolutions: readonly Resolution[];
  readonly withoutVideo: number;
  readonly withVideo: number;
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

/** Exactly `usage.completion_tokens` when Ark has said it, else the formula. */
export const arkCost =
  ({ currency, rates }: ArkPrices) =>
  (request: GenerationRequest, model: Model, usage?: Usage): Cost | undefined => {
    const kind = seedanceKind(model.id);
    const row = rates.find((rate) => rate.kind === kind && rate.resolutions.includes(request.resolution));
    const tokens =
      usage?.tokens ?? estimatedTokens(request, Math.min(usage?.seconds ?? request.seconds, request.seconds));
    if (row === undefined || tokens === undefined) return undefined;
    const perMillion = hasVideo(request) ? row.withVideo : row.withoutVideo;
    // The product of two integers is exact below 2^53, so this rounds once.
    return { currency, micros: Math.ceil((tokens * perMillion) / 1_000_000) };
  };

export const arkPriceLines =
  ({ currency, date, page, rates }: ArkPrices) =>
  (model: Model): readonly PriceLine[] =>
    rates
      .filter(({ kind }) => kind === seedanceKind(model.id))
      .flatMap(({ resolutions, withoutVideo, withVideo }) => {
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
