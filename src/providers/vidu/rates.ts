import type { Currency } from '../../domain/money.ts';
import type { Mode, Resolution } from '../../domain/request.ts';

/** Credits: a number for each second, or totals by the seconds of the whole clip. */
export type Rate = number | ClipCredits;
export type ClipCredits = { readonly [seconds: number]: number };
export type Tiers = { readonly [R in Resolution]?: Rate };
type ClipTiers = { readonly [R in Resolution]?: ClipCredits };

/** What one model costs in some modes. Without an off-peak figure the regular one is the upper bound. */
export interface RateRow {
  readonly model: string;
  readonly modes: readonly Mode[];
  readonly regular: Tiers;
  readonly offPeak?: Tiers;
  /** Published nowhere: what is held, until Vidu has billed. */
  readonly isEstimate?: true;
  /** Credits more with sound. */
  readonly audioCredits?: number;
}

export interface ViduPrices {
  readonly currency: Currency;
  /** What one credit costs, in micro-units: whole. */
  readonly microsPerCredit: number;
  readonly date: string;
  readonly page: string;
  readonly rates: readonly RateRow[];
}

const FROM_TEXT_OR_FRAMES = ['text', 'image', 'frames'] as const;
const FROM_FRAMES = ['image', 'frames'] as const;
const tiers = <R extends Rate>(p540: R, p720: R, p1080: R) => ({ '540p': p540, '720p': p720, '1080p': p1080 });
const upperTiers = <R extends Rate>(p720: R, p1080: R) => ({ '720p': p720, '1080p': p1080 });

/**
 * Q2 totals for 1 to 10 s: `first` are those of the first seconds, each further one adds `more`, the 9th and 10th `late`
 * (Vidu: pricing, "starts at 8 credits, 10 credits for 2nd sec, then +5 credits per second").
 */
function climb(first: readonly number[], more: number, late = 20): ClipCredits {
  const totals: Record<number, number> = {};
  let total = 0;
  for (let seconds = 1; seconds <= 10; seconds += 1) {
    total = first[seconds - 1] ?? total + (seconds > 8 ? late : more);
    totals[seconds] = total;
  }
  return totals;
}

const PRO_FAST: RateRow = {
  model: 'viduq3-pro-fast',
  modes: ['image'],
  regular: upperTiers(20, 25),
  offPeak: upperTiers(10, 13),
};

/** Before Q3 off-peak is half of the clip's credits, rounded up. */
function older(row: Omit<RateRow, 'regular'> & { readonly regular: ClipTiers }): RateRow {
  const half = (credits: ClipCredits): ClipCredits =>
    Object.fromEntries(Object.entries(credits).map(([seconds, total]) => [seconds, Math.ceil(total / 2)]));
  return {
    ...row,
    offPeak: Object.fromEntries(Object.entries(row.regular).map(([tier, credits]) => [tier, half(credits)])),
  };
}

const q2 = (model: string, modes: readonly Mode[], regular: ClipTiers): RateRow =>
  older({ model, modes, regular, audioCredits: 15 });

const q1 = (model: string, modes: readonly Mode[]): RateRow => older({ model, modes, regular: { '1080p': { 5: 80 } } });

const Q2_REFERENCES = tiers(climb([15], 5), climb([25], 5), climb([75], 10));
const Q2_PRO_FRAMES = tiers(climb([8, 10], 5), climb([15], 10), climb([55], 15));

/** The greater of two totals at every length. */
const dearer = (one: ClipCredits, other: ClipCredits): ClipCredits =>
  Object.fromEntries(
    Object.entries(one).map(([seconds, credits]) => [seconds, Math.max(credits, other[Number(seconds)] ?? 0)]),
  );

/**
 * The same credits on both sites: Q2 is known from vidu.cn's list and agrees with vidu.com's words, of Q1 and 2.0 vidu.com's
 * list is the only one. viduq2-pro has no published price on references: the dearer of viduq2 there and of itself from
 * frames is held, and the bill follows `credits`.
 */
const OLDER: readonly RateRow[] = [
  q2('viduq2', ['text'], tiers(climb([10], 2), climb([15], 5), climb([20], 10))),
  q2('viduq2', ['references'], Q2_REFERENCES),
  q2('viduq2-pro', FROM_FRAMES, Q2_PRO_FRAMES),
  {
    ...q2(
      'viduq2-pro',
      ['references'],
      tiers(
        dearer(Q2_REFERENCES['540p'], Q2_PRO_FRAMES['540p']),
        dearer(Q2_REFERENCES['720p'], Q2_PRO_FRAMES['720p']),
        dearer(Q2_REFERENCES['1080p'], Q2_PRO_FRAMES['1080p']),
      ),
    ),
    isEstimate: true,
  },
  q2('viduq2-turbo', FROM_FRAMES, tiers(climb([6], 2), climb([8, 10], 10), climb([35], 10))),
  q2('viduq2-pro-fast', FROM_FRAMES, upperTiers(climb([8], 2, 2), climb([16], 4, 4))),
  q1('viduq1', [...FROM_TEXT_OR_FRAMES, 'references']),
  q1('viduq1-classic', FROM_FRAMES),
  older({
    model: 'vidu2.0',
    modes: FROM_FRAMES,
    regular: { '360p': { 4: 20 }, '720p': { 4: 40, 8: 100 }, '1080p': { 4: 100 } },
  }),
  older({ model: 'vidu2.0', modes: ['references'], regular: { '360p': { 4: 80 }, '720p': { 4: 80 } } }),
];

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
    ...OLDER,
  ],
};

/**
 * vidu.cn: 1 credit is CNY 0.03125. Pro and Q2 are the CN list of 2026-04; Pro's off-peak figures and the other Q3 models
 * are the earlier EN rates, which vidu.cn had until then as far as is known; pro-fast has one list only. Bills follow
 * `credits`.
 */
export const CN_PRICES: ViduPrices = {
  currency: 'CNY',
  microsPerCredit: 31_250,
  date: '2026-04-15',
  page: 'Vidu: pricing (CN, as listed by UCloud; EN rates where CN is not known)',
  rates: [
    { model: 'viduq3-pro', modes: FROM_TEXT_OR_FRAMES, regular: tiers(10, 25, 30), offPeak: tiers(7, 15, 16) },
    { model: 'viduq3-turbo', modes: [...FROM_TEXT_OR_FRAMES, 'references'], regular: tiers(8, 12, 14) },
    PRO_FAST,
    { model: 'viduq3', modes: ['references'], regular: tiers(10, 20, 25) },
    { model: 'viduq3-mix', modes: ['references'], regular: upperTiers(25, 30) },
    ...OLDER,
  ],
};
