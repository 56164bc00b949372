/** What Vidu charges, in credits. Source: Vidu: pricing (English page, 2026-08-13). */
import type { ViduRequest } from './check.ts';
import { fileSeconds } from './recipe.ts';

type PerTier<T> = Readonly<Record<string, T>>;
/** Credits per second: usual and off-peak. */
type Rate = readonly [usual: number, offPeak: number];

const tiers = <T>(low: T, middle: T, high: T): PerTier<T> => ({ '540p': low, '720p': middle, '1080p': high });

// 10.1
const Q3: Readonly<Record<string, PerTier<Rate>>> = {
  'viduq3-pro frames': tiers<Rate>([9, 5], [20, 10], [24, 12]),
  'viduq3-turbo frames': tiers<Rate>([7, 4], [11, 6], [13, 7]),
  'viduq3-pro-fast frames': tiers<Rate>([20, 10], [20, 10], [25, 13]),
  'viduq3-mix reference': tiers<Rate>([24, 24], [24, 24], [29, 29]),
  'viduq3-turbo reference': tiers<Rate>([4, 2], [10, 5], [13, 7]),
  'viduq3 reference': tiers<Rate>([7, 4], [12, 6], [15, 7]),
};

/** Q2 totals grow with the length: at 1 s, at 2 s, then per second; the 9th and 10th second cost 20 each unless flat. */
interface Growth {
  readonly first: number;
  readonly second: number;
  readonly step: number;
  readonly flat?: boolean;
}
const even = (first: number, step: number): Growth => ({ first, second: first + step, step });
const flat = (first: number, step: number): Growth => ({ ...even(first, step), flat: true });

const Q2_PRO = tiers<Growth>({ first: 8, second: 10, step: 5 }, even(15, 10), even(55, 15));
// 10.2
const Q2: Readonly<Record<string, PerTier<Growth>>> = {
  'viduq2 text2video': tiers(even(10, 2), even(15, 5), even(20, 10)),
  'viduq2-turbo frames': tiers(even(6, 2), { first: 8, second: 10, step: 10 }, even(35, 10)),
  'viduq2-pro frames': Q2_PRO,
  'viduq2-pro-fast frames': tiers(flat(8, 2), flat(8, 2), flat(16, 4)),
  'viduq2 reference': tiers(even(15, 5), even(25, 5), even(75, 10)),
  // [?] No page prices it: as the same model's other routes.
  'viduq2-pro reference': Q2_PRO,
};

// 10.3
const VIDU2: Readonly<Record<string, number>> = { '4 360p': 20, '4 720p': 40, '4 1080p': 100, '8 720p': 100 };
const IS_REC = 10;
const Q2_AUDIO = 15;

function grown(growth: Growth, seconds: number): number {
  if (seconds <= 1) return growth.first;
  const base = growth.second + growth.step * (Math.min(seconds, growth.flat ? 10 : 8) - 2);
  return growth.flat ? base : base + 20 * Math.max(0, seconds - 8);
}

function baseCredits(request: ViduRequest): number {
  const { route, resolution, body } = request;
  const { model } = body;
  const seconds = fileSeconds(request);
  const offPeak = body.off_peak ?? false;
  const reference = route.startsWith('reference');
  const kind = reference ? 'reference' : model === 'viduq2' ? route : 'frames';
  const rate = Q3[`${model} ${kind}`]?.[resolution];
  if (rate !== undefined) return seconds * rate[offPeak ? 1 : 0];
  const half = (credits: number): number => (offPeak ? Math.ceil(credits / 2) : credits);
  const growth = Q2[`${model} ${kind}`]?.[resolution];
  if (growth !== undefined) return half(grown(growth, seconds));
  if (model.startsWith('viduq1')) return half(80);
  return half(reference ? 80 : (VIDU2[`${seconds} ${resolution}`] ?? 100));
}

/** The credits of a request that the matrix allows; known when it is created. */
export function creditsOf(request: ViduRequest): number {
  const { route, body, audio } = request;
  const spoken = audio && body.model.startsWith('viduq2') && route !== 'text2video';
  return baseCredits(request) + (body.is_rec === true ? IS_REC : 0) + (spoken ? Q2_AUDIO : 0);
}
