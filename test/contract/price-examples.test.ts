import { describe, expect, test } from 'vitest';
import { costOfUnits } from '../../src/domain/cost-basis.ts';
import type { Provider, Usage } from '../../src/domain/provider.ts';
import type { AspectRatio, GenerationRequest, Input, Mode, Resolution } from '../../src/domain/request.ts';
import { bytePlus, volcengineArk } from '../../src/providers/ark/ark.ts';
import { vertex } from '../../src/providers/google/vertex.ts';
import { viduCn, viduCom } from '../../src/providers/vidu/vidu.ts';

/** Every price example that the vendors publish for what is offered here: its source, its own currency, exact. */

interface Asked extends Partial<GenerationRequest> {
  readonly model: string;
  readonly usage?: Usage;
}

function billed(provider: Provider, { model: id, usage, ...more }: Asked) {
  const model = provider.models.find((candidate) => candidate.id === id);
  if (!model) throw new Error(`${provider.id} has no ${id}`);
  const request: GenerationRequest = {
    mode: 'text',
    prompt: 'a fox',
    inputs: [],
    seconds: 5,
    resolution: '720p',
    audio: false,
    offPeak: false,
    options: {},
    ...more,
  };
  const basis = provider.basis(request, model);
  if (!basis) throw new Error(`no price for ${JSON.stringify(more)}`);
  const units = (usage && provider.unitsUsed(request, usage)) ?? basis.units;
  return { units, expectedUnits: basis.expectedUnits, cost: costOfUnits(basis.price, units) };
}

const TIERS = ['540p', '720p', '1080p'] as const;

describe('Vidu: pricing, Q3, credits per second (EN page 2026-08-13; one credit is $0.005)', () => {
  const page: readonly (readonly [string, readonly Mode[], readonly (number | null)[], readonly (number | null)[]])[] =
    [
      ['viduq3-pro', ['text', 'image', 'frames'], [0.045, 0.1, 0.12], [5, 10, 12]],
      ['viduq3-turbo', ['text', 'image', 'frames'], [0.035, 0.055, 0.065], [4, 6, 7]],
      ['viduq3-pro-fast', ['image'], [null, 0.1, 0.125], [null, 10, 13]],
      ['viduq3-mix', ['references'], [null, 0.12, 0.145], [null, null, null]],
      ['viduq3-turbo', ['references'], [0.02, 0.05, 0.065], [2, 5, 7]],
      ['viduq3', ['references'], [0.035, 0.06, 0.075], [4, 6, 7]],
    ];
  const cases = page.flatMap(([model, modes, dollars, offPeak]) =>
    modes.flatMap((mode) =>
      TIERS.flatMap((resolution, tier) =>
        [1, 5, 16].map((seconds) => ({
          model,
          mode,
          resolution,
          seconds,
          dollars: dollars[tier] ?? null,
          offPeak: offPeak[tier] ?? null,
        })),
      ),
    ),
  );
  test.each(cases.filter(({ dollars }) => dollars !== null))(
    '$model $mode $resolution $seconds s: $dollars dollars a second, off-peak $offPeak credits',
    ({ model, mode, resolution, seconds, dollars, offPeak }) => {
      const asked = { model, mode, resolution, seconds };
      expect(billed(viduCom, asked).cost).toEqual({
        currency: 'USD',
        micros: Math.round((dollars ?? 0) * 1e6) * seconds,
      });
      if (offPeak !== null) expect(billed(viduCom, { ...asked, offPeak: true }).units).toBe(offPeak * seconds);
    },
  );

  test.each([
    ['540p', 312_500],
    ['720p', 781_250],
    ['1080p', 937_500],
  ] as const)('vidu.cn, viduq3-pro %s: CNY %d millionths a second (UCloud, 2026-04)', (resolution, micros) => {
    const { cost } = billed(viduCn, { model: 'viduq3-pro', resolution, seconds: 1 });
    expect(cost).toEqual({ currency: 'CNY', micros });
  });

  test.each([
    [1, 12],
    [5, 60],
  ])('Zenlayer: viduq3-turbo, img2video 720p of %d s took %d credits (sample, 2026-04-10)', (seconds, credits) => {
    expect(billed(viduCn, { model: 'viduq3-turbo', mode: 'image', seconds }).units).toBe(credits);
    // And the bill follows the credits field, whatever the list says by then.
    const { cost } = billed(viduCom, { model: 'viduq3-turbo', mode: 'image', seconds, usage: { credits } });
    expect(cost).toEqual({ currency: 'USD', micros: credits * 5_000 });
  });
});

describe('Vidu: pricing, Q2, total credits by clip length', () => {
  /** Totals at 1, 2, 3 and 5 s, then the printed ones at 8, 9 and 10 s, by tier. */
  const page: readonly (readonly [string, readonly Mode[], { readonly [R in Resolution]?: readonly number[] }])[] = [
    [
      'viduq2',
      ['text'],
      {
        '540p': [10, 12, 14, 18, 24, 44, 64],
        '720p': [15, 20, 25, 35, 50, 70, 90],
        '1080p': [20, 30, 40, 60, 90, 110, 130],
      },
    ],
    [
      'viduq2-turbo',
      ['image', 'frames'],
      {
        '540p': [6, 8, 10, 14, 20, 40, 60],
        '720p': [8, 10, 20, 40, 70, 90, 110],
        '1080p': [35, 45, 55, 75, 105, 125, 145],
      },
    ],
    [
      'viduq2-pro',
      ['image', 'frames'],
      {
        '540p': [8, 10, 15, 25, 40, 60, 80],
        '720p': [15, 25, 35, 55, 85, 105, 125],
        '1080p': [55, 70, 85, 115, 160, 180, 200],
      },
    ],
    [
      'viduq2-pro-fast',
      ['image', 'frames'],
      { '720p': [8, 10, 12, 16, 22, 24, 26], '1080p': [16, 20, 24, 32, 44, 48, 52] },
    ],
    [
      'viduq2',
      ['references'],
      {
        '540p': [15, 20, 25, 35, 50, 70, 90],
        '720p': [25, 30, 35, 45, 60, 80, 100],
        '1080p': [75, 85, 95, 115, 145, 165, 185],
      },
    ],
  ];
  const cases = page.flatMap(([model, modes, tiers]) =>
    modes.flatMap((mode) => Object.entries(tiers).map(([tier, totals]) => ({ model, mode, tier, totals }))),
  );
  test.each(cases)('$model $mode $tier: $totals', ({ model, mode, tier, totals }) => {
    const resolution = tier as Resolution; // a key of the table above
    const at = (seconds: number, offPeak = false) =>
      billed(viduCom, { model, mode, resolution, seconds, offPeak }).units;
    expect([1, 2, 3, 5, 8, 9, 10].map((seconds) => at(seconds))).toEqual(totals);
    // Off-peak is about half, rounded up.
    expect(at(9, true)).toBe(Math.ceil((totals[5] ?? 0) / 2));
  });
});

describe('Vidu: pricing, the rest', () => {
  test.each<[string, Asked, number]>([
    ['viduq1, 80 credits for 5 s', { model: 'viduq1', resolution: '1080p' }, 80],
    ['viduq1, off-peak 40', { model: 'viduq1', resolution: '1080p', offPeak: true }, 40],
    ['viduq1-classic', { model: 'viduq1-classic', mode: 'image', resolution: '1080p' }, 80],
    ['vidu2.0 360p 4 s', { model: 'vidu2.0', mode: 'image', resolution: '360p', seconds: 4 }, 20],
    ['vidu2.0 720p 4 s', { model: 'vidu2.0', mode: 'frames', resolution: '720p', seconds: 4 }, 40],
    ['vidu2.0 1080p 4 s', { model: 'vidu2.0', mode: 'image', resolution: '1080p', seconds: 4 }, 100],
    ['vidu2.0 720p 8 s', { model: 'vidu2.0', mode: 'image', resolution: '720p', seconds: 8 }, 100],
    ['vidu2.0 references 360p', { model: 'vidu2.0', mode: 'references', resolution: '360p', seconds: 4 }, 80],
    ['vidu2.0 references 720p', { model: 'vidu2.0', mode: 'references', resolution: '720p', seconds: 4 }, 80],
    ['vidu2.0 off-peak', { model: 'vidu2.0', mode: 'image', resolution: '720p', seconds: 8, offPeak: true }, 50],
    ['is_rec adds 10', { model: 'viduq3-pro', mode: 'image', options: { is_rec: true } }, 110],
    ['audio adds 15 on q2', { model: 'viduq2-pro', mode: 'image', audio: true }, 55 + 15],
    ['audio adds 15 on q2 references', { model: 'viduq2', mode: 'references', audio: true }, 45 + 15],
    ['audio adds nothing on q3', { model: 'viduq3-pro', audio: true }, 100],
  ])('%s', (_, asked, credits) => {
    expect(billed(viduCom, asked).cost).toEqual({ currency: 'USD', micros: credits * 5_000 });
    if (asked.model.startsWith('viduq3')) return;
    expect(billed(viduCn, asked).cost).toEqual({ currency: 'CNY', micros: credits * 31_250 });
  });
});

const CN = { '2.0': '260128', fast: 'fast-260128', mini: 'mini-260615' } as const;
const film = (seconds?: number): Input => ({
  role: 'reference',
  kind: 'video',
  source: { url: 'https://example.com/a.mp4' },
  ...(seconds !== undefined && { seconds }),
});
const seedance = (kind: keyof typeof CN, more: Omit<Asked, 'model'> = {}): Asked => ({
  model: `doubao-seedance-2-0-${CN[kind]}`,
  aspectRatio: '16:9',
  ...more,
});

describe('Ark: price', () => {
  test.each([
    ['480p', 2.31],
    ['720p', 4.97],
    ['1080p', 12.39],
    ['4k', 25.27],
  ] as const)('2.0 %s, 5 s without a video: ¥%d as published, to the fen', (resolution, yuan) => {
    const { cost } = billed(volcengineArk, seedance('2.0', { resolution }));
    expect(cost.currency).toBe('CNY');
    expect(Math.round(cost.micros / 10_000) / 100).toBe(yuan);
  });

  test('2.0 720p, 5 s with a video: 194,400 to 432,000 tokens, ¥5.44 to ¥12.10', () => {
    const at = (seconds: number) =>
      billed(volcengineArk, seedance('2.0', { mode: 'references', inputs: [film(seconds)] }));
    expect(at(2)).toMatchObject({ units: 194_400, cost: { micros: 5_443_200 } });
    expect(at(15)).toMatchObject({ units: 432_000, cost: { micros: 12_096_000 } });
  });

  test.each([
    ['2.0', '720p', 7, 4.3, 46, 28],
    ['2.0', '480p', 7, 4.3, 46, 28],
    ['2.0', '1080p', 7.7, 4.7, 51, 31],
    ['2.0', '4k', 4, 2.4, 26, 16],
    ['fast', '720p', 5.6, 3.3, 37, 22],
    ['mini', '720p', 3.5, 2.1, 23, 14],
  ] as const)(
    '%s %s: a million tokens are $%d, with a video $%d; ¥%d, ¥%d',
    (kind, resolution, usd, usdVideo, cny, cnyVideo) => {
      const usage = { tokens: 1_000_000 };
      const asked = seedance(kind, { resolution, usage });
      const withVideo: Asked = { ...asked, mode: 'references', inputs: [film(5)] };
      const abroad = (one: Asked): Asked => ({ ...one, model: one.model.replace('doubao', 'dreamina') });
      const micros = (provider: Provider, one: Asked) => billed(provider, one).cost.micros;
      expect([micros(bytePlus, abroad(asked)), micros(bytePlus, abroad(withVideo))]).toEqual([
        usd * 1e6,
        usdVideo * 1e6,
      ]);
      expect([micros(volcengineArk, asked), micros(volcengineArk, withVideo)]).toEqual([cny * 1e6, cnyVideo * 1e6]);
    },
  );

  test.each([
    [
      '480p',
      [70_308, 90_396, 100_440, 120_528, 140_616, 150_660, 170_748, 190_836, 200_880, 220_968, 241_056, 251_100],
    ],
    [
      '720p',
      [151_200, 194_400, 216_000, 259_200, 302_400, 324_000, 367_200, 410_400, 432_000, 475_200, 518_400, 540_000],
    ],
  ] as const)('the least tokens with a video, %s, 4 to 15 s, as in the official table', (resolution, tokens) => {
    const least = tokens.map(
      (_, index) =>
        billed(
          volcengineArk,
          seedance('2.0', { mode: 'references', resolution, seconds: index + 4, inputs: [film(2)] }),
        ).units,
    );
    expect(least).toEqual(tokens);
  });

  const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'] as const satisfies readonly AspectRatio[];
  test.each([
    ['480p', [10_044, 9_870, 9_600, 9_870, 10_044, 10_044]],
    ['720p', [21_600, 21_736, 21_600, 21_736, 21_600, 21_705]],
    ['1080p', [48_600, 48_672, 48_600, 48_672, 48_600, 48_911]],
    ['4k', [194_400, 194_415, 194_400, 194_415, 194_400, 194_405]],
  ] as const)('%s: tokens a second by ratio, as printed', (resolution, printed) => {
    for (const [index, aspectRatio] of RATIOS.entries()) {
      const { units } = billed(volcengineArk, seedance('2.0', { resolution, aspectRatio, seconds: 4 }));
      // Printed to the nearest for one second; a clip's total is rounded up once.
      expect(Math.abs(units - 4 * (printed[index] ?? 0)), aspectRatio).toBeLessThan(3);
    }
  });
});

describe('Google: Vertex AI pricing, dollars for a second with sound and silent', () => {
  test.each([
    ['veo-3.1-generate-001', '720p', 0.4, 0.2],
    ['veo-3.1-generate-001', '1080p', 0.4, 0.2],
    ['veo-3.1-generate-001', '4k', 0.6, 0.4],
    ['veo-3.1-fast-generate-001', '720p', 0.1, 0.08],
    ['veo-3.1-fast-generate-001', '1080p', 0.12, 0.1],
    ['veo-3.1-fast-generate-001', '4k', 0.3, 0.25],
    ['veo-3.1-lite-generate-001', '720p', 0.05, 0.03],
    ['veo-3.1-lite-generate-001', '1080p', 0.08, 0.05],
  ] as const)('%s %s: $%d, $%d', (model, resolution, sound, silent) => {
    for (const seconds of [4, 6, 8]) {
      const micros = (audio: boolean) => billed(vertex, { model, resolution, seconds, audio }).cost;
      expect(micros(true)).toEqual({ currency: 'USD', micros: Math.round(sound * 1e6) * seconds });
      expect(micros(false)).toEqual({ currency: 'USD', micros: Math.round(silent * 1e6) * seconds });
    }
  });
});
