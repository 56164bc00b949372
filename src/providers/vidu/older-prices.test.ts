import { describe, expect, test } from 'vitest';
import { costAt } from '../../../test/harness/vendor-cost.ts';
import type { GenerationRequest, Mode, Resolution } from '../../domain/request.ts';
import { viduCn, viduCom } from './vidu.ts';

const modelOf = (id: string) => {
  const model = viduCom.models.find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return model;
};

const asked = (more: Partial<GenerationRequest>): GenerationRequest => ({
  mode: 'text',
  prompt: 'a fox',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  audio: false,
  offPeak: false,
  options: {},
  ...more,
});

/** Seconds to credits. */
type Credits = { readonly [seconds: number]: number };
const atTheEnd = (eight: number, nine: number, ten: number): Credits => ({ 8: eight, 9: nine, 10: ten });

describe('credits of the price list', () => {
  const rows: readonly (readonly [string, readonly Mode[], { readonly [R in Resolution]?: Credits }])[] = [
    [
      'viduq2',
      ['text'],
      {
        '540p': { 1: 10, 2: 12, 5: 18, ...atTheEnd(24, 44, 64) },
        '720p': { 1: 15, 2: 20, 5: 35, ...atTheEnd(50, 70, 90) },
        '1080p': { 1: 20, 2: 30, 5: 60, ...atTheEnd(90, 110, 130) },
      },
    ],
    [
      'viduq2-turbo',
      ['image', 'frames'],
      {
        '540p': { 1: 6, 2: 8, 5: 14, ...atTheEnd(20, 40, 60) },
        '720p': { 1: 8, 2: 10, 3: 20, 5: 40, ...atTheEnd(70, 90, 110) },
        '1080p': { 1: 35, 2: 45, 5: 75, ...atTheEnd(105, 125, 145) },
      },
    ],
    [
      'viduq2-pro',
      ['image', 'frames'],
      {
        '540p': { 1: 8, 2: 10, 3: 15, 5: 25, ...atTheEnd(40, 60, 80) },
        '720p': { 1: 15, 2: 25, 5: 55, ...atTheEnd(85, 105, 125) },
        '1080p': { 1: 55, 2: 70, 5: 115, ...atTheEnd(160, 180, 200) },
      },
    ],
    [
      'viduq2-pro-fast',
      ['image', 'frames'],
      {
        '720p': { 1: 8, 2: 10, 5: 16, ...atTheEnd(22, 24, 26) },
        '1080p': { 1: 16, 2: 20, 5: 32, ...atTheEnd(44, 48, 52) },
      },
    ],
    [
      'viduq2',
      ['references'],
      {
        '540p': { 1: 15, 2: 20, 5: 35, ...atTheEnd(50, 70, 90) },
        '720p': { 1: 25, 2: 30, 5: 45, ...atTheEnd(60, 80, 100) },
        '1080p': { 1: 75, 2: 85, 5: 115, ...atTheEnd(145, 165, 185) },
      },
    ],
    ['viduq1', ['text', 'image', 'frames', 'references'], { '1080p': { 5: 80 } }],
    ['viduq1-classic', ['image', 'frames'], { '1080p': { 5: 80 } }],
    ['vidu2.0', ['image', 'frames'], { '360p': { 4: 20 }, '720p': { 4: 40, 8: 100 }, '1080p': { 4: 100 } }],
    ['vidu2.0', ['references'], { '360p': { 4: 80 }, '720p': { 4: 80 } }],
  ];
  const cases = rows.flatMap(([id, modes, tiers]) =>
    modes.flatMap((mode) =>
      Object.entries(tiers).flatMap(([resolution, credits]) =>
        Object.entries(credits)
          .filter(([seconds]) => modelOf(id).modes[mode]?.seconds.includes(Number(seconds)))
          .map(([seconds, amount]) => ({
            id,
            amount,
            request: asked({ mode, resolution: resolution as Resolution, seconds: Number(seconds) }), // a key of the table
          })),
      ),
    ),
  );

  test.each(cases)(
    '$id from $request.mode, $request.seconds s at $request.resolution: $amount',
    ({ id, amount, request }) => {
      expect(costAt(viduCom)(request, modelOf(id))).toEqual({ currency: 'USD', micros: amount * 5_000 });
      expect(costAt(viduCn)(request, modelOf(id))).toEqual({ currency: 'CNY', micros: amount * 31_250 });
      const offPeak = costAt(viduCom)({ ...request, offPeak: true }, modelOf(id));
      expect(offPeak?.micros).toBe(Math.ceil(amount / 2) * 5_000);
    },
  );

  test.each([
    ['viduq2-turbo', 'image', { audio: true }, 40 + 15],
    ['viduq2-pro', 'image', { audio: true, options: { is_rec: true } }, 55 + 15 + 10],
    ['viduq2', 'references', { audio: true }, 45 + 15],
    ['viduq2-pro-fast', 'frames', { options: { is_rec: true } }, 16 + 10],
    ['viduq1', 'image', { resolution: '1080p', audio: true, options: { is_rec: true } }, 80 + 10],
    ['viduq2-turbo', 'frames', { options: { is_rec: true }, offPeak: true }, 20 + 10],
  ] as const)('%s from %s with surcharges %j: %i', (id, mode, more, credits) => {
    expect(costAt(viduCom)(asked({ mode, ...more }), modelOf(id))?.micros).toBe(credits * 5_000);
  });

  test('viduq2-pro has no published price on references: the dearer of two is held, until Vidu has billed', () => {
    const credits = (more: object) =>
      (costAt(viduCom)(asked({ mode: 'references', resolution: '720p', ...more }), modelOf('viduq2-pro'))?.micros ??
        0) / 5_000;
    expect([1, 4, 10].map((seconds) => credits({ seconds }))).toEqual([25, 45, 125]);
    // Vidu chooses the length: the longest may be billed.
    expect(credits({ seconds: 0 })).toBe(125);
    const lines = viduCom.prices(modelOf('viduq2-pro')).filter(({ when }) => when.includes('references'));
    expect(lines.every(({ when }) => when.endsWith(', estimate'))).toBe(true);
    expect(costAt(viduCom)(asked({ mode: 'references' }), modelOf('viduq2-pro'), { credits: 60 })?.micros).toBe(
      300_000,
    );
  });

  test('an automatic length is held at the longest', () => {
    expect(costAt(viduCom)(asked({ mode: 'references', seconds: 0 }), modelOf('viduq2'))?.micros).toBe(100 * 5_000);
  });

  test('the list has a line for each length, and the off-peak half', () => {
    const lines = viduCom.prices(modelOf('vidu2.0'));
    expect(lines).toContainEqual({
      currency: 'USD',
      micros: 500_000,
      per: 'generation',
      when: '720p, image, frames, 8 s',
      resolutions: ['720p'],
      offPeak: false,
      page: 'Vidu: pricing (platform.vidu.com)',
      date: '2026-08-13',
    });
    expect(lines).toContainEqual(expect.objectContaining({ when: '360p, references, 4 s, off-peak', micros: 200_000 }));
    expect(lines).toHaveLength(12);
  });

  test('where totals rise, the list has the lengths at which the rise changes, the same for all tiers', () => {
    const listed = viduCom.prices(modelOf('viduq2-turbo')).filter(({ offPeak }) => !offPeak);
    const ofTier = (tier: string) =>
      listed.flatMap(({ when, micros }) => (when.startsWith(tier) ? micros / 5_000 : []));
    expect(listed.slice(0, 4).map(({ when }) => when)).toEqual(
      [1, 2, 8, 10].map((seconds) => `540p, image, frames, ${seconds} s`),
    );
    expect(ofTier('540p')).toEqual([6, 8, 20, 60]);
    expect(ofTier('720p')).toEqual([8, 10, 70, 110]);
    expect(ofTier('1080p')).toEqual([35, 45, 105, 145]);
  });
});
