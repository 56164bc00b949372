import type { Model } from '../../domain/model.ts';
import { type Cost, ceilMicros } from '../../domain/money.ts';
import type { PriceLine, Usage } from '../../domain/provider.ts';
import { type GenerationRequest, RESOLUTIONS, type Resolution } from '../../domain/request.ts';

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

/**
 * Seconds times rate. On extension the added seconds are billed; a measured file is the source too, so usage never counts
 * for more than what was asked.
 */
export function veoCost(request: GenerationRequest, model: Model, usage?: Usage): Cost | undefined {
  const rate = RATES[model.id]?.[request.resolution];
  if (rate === undefined) return undefined;
  const seconds = Math.min(usage?.seconds ?? request.seconds, request.seconds);
  return { currency: 'USD', micros: ceilMicros(seconds * (request.audio ? rate.sound : rate.silent)) };
}

export const veoPriceLines = (model: Model): readonly PriceLine[] =>
  RESOLUTIONS.flatMap((resolution) => {
    const rate = RATES[model.id]?.[resolution];
    if (!rate) return [];
    const { sound, silent } = rate;
    const line = (micros: number, when: string): PriceLine => ({
      currency: 'USD',
      micros,
      per: 'second',
      when: `${resolution}, ${when}`,
      resolutions: [resolution],
      offPeak: false,
      page: PAGE,
      date: DATE,
    });
    return [line(sound, 'with sound'), line(silent, 'silent')];
  });
