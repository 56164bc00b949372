import { describe, expect, test } from 'vitest';
import { checkOverride, type OverrideKind } from '../../src/application/overrides.ts';
import { type OverrideEntry, overridesInForce } from '../../src/application/overrides-in-force.ts';
import type { Json } from '../../src/domain/json.ts';
import { SHIPPED } from '../../src/shipped.ts';

const DATE = '2026-12-01';
const TURBO = {
  date: DATE,
  micros_per_credit: 4_000,
  rates: [
    { modes: ['text'], credits: { '720p': 9, '1080p': { '4': 40, '8': 90 } }, off_peak: { '720p': 5 } },
    { credits: { '720p': 8 }, audio_credits: 3 },
  ],
};
const SEEDANCE = {
  date: DATE,
  per_million_tokens: [{ resolutions: ['480p', '720p'], without_video_micros: 6e6, with_video_micros: 4e6 }],
};
const VEO = { date: DATE, per_second: { '720p': { sound_micros: 300_000, silent_micros: 150_000 } } };
const ROUTE = { provider: 'vidu', model: 'viduq3-pro', resolution: '720p' };

test.each<[OverrideKind, string, Json]>([
  ['rate', 'CNY', { usd: 0.139, date: DATE }],
  ['price', 'vidu/viduq3-turbo', TURBO],
  ['price', 'vidu-cn/vidu2.0', { date: DATE, micros_per_credit: 30_000 }],
  ['price', 'byteplus/dreamina-seedance-2-0-260128', SEEDANCE],
  ['price', 'ark/doubao-seedance-2-0-fast-260128', SEEDANCE],
  ['price', 'vertex/veo-3.1-generate-001', VEO],
  ['model', 'viduq3t-720p', { withdrawn: true }],
  ['model', 'our-fox', { family: 'vidu', routes: [ROUTE, { ...ROUTE, provider: 'vidu-cn', modes: ['text'] }] }],
  ['model', 'our-fox-offpeak', { family: 'vidu', routes: [{ ...ROUTE, off_peak: true }] }],
])('a %s of %s is taken', (kind, name, value) => {
  expect(checkOverride(SHIPPED, { kind, name, value })).toBeUndefined();
});

describe('what cannot be used is refused by its place, its value and what is allowed:', () => {
  test.each<[OverrideKind, string, Json, string]>([
    ['rate', 'USD', { usd: 1, date: DATE }, 'name is "USD"; it must be CNY.'],
    [
      'rate',
      'CNY',
      { usd: 0, date: DATE },
      'value.usd is 0; it must be what one unit is worth in dollars: a number above 0, at most 1000, with nine decimals at most.',
    ],
    ['rate', 'CNY', { usd: 0.1234567891, date: DATE }, 'value.usd is 0.1234567891; it must be what one unit'],
    ['rate', 'CNY', { usd: 0.14 }, 'value.date is nothing; it must be a day such as 2026-11-20.'],
    ['rate', 'CNY', { usd: 0.14, date: '2026-02-30' }, 'value.date is "2026-02-30"; it must be a day such as'],
    ['rate', 'CNY', 0.14, 'value is 0.14; it must be a mapping with usd and date.'],
    ['rate', 'CNY', { usd: 0.14, date: DATE, eur: 1 }, 'value.eur is not known here; known are usd and date.'],
    [
      'price',
      'vidu/viduq3-trubo',
      TURBO,
      'name is "vidu/viduq3-trubo", which is no provider and model of a vendor here. Did you mean vidu/viduq3-turbo, ',
    ],
    ['price', 'veo', VEO, 'name is "veo", which is no provider and model of a vendor here.'],
    ['price', 'vidu/viduq3-turbo', { ...TURBO, date: 'soon' }, 'value.date is "soon"; it must be a day such as'],
    [
      'price',
      'vidu/viduq3-turbo',
      { date: DATE, micros_per_credit: 0.004 },
      'value.micros_per_credit is 0.004; it must be a whole number of millionths of the currency, 0 to 1000000000000.',
    ],
    [
      'price',
      'vidu/viduq3-turbo',
      { date: DATE, rates: [{ credits: { '720p': 'ten' } }] },
      'value.rates[0].credits.720p is "ten"; it must be credits for a second, or totals by seconds such as {"4": 40, "8": 100}.',
    ],
    [
      'price',
      'vidu/viduq3-turbo',
      { date: DATE, rates: [{ modes: ['song'], credits: { '720p': 10 } }] },
      'value.rates[0].modes[0] is "song"; it must be text, image, frames, references, extend or edit.',
    ],
    [
      'price',
      'vidu/viduq3-turbo',
      { date: DATE, rates: [{ credits: { '721p': 10 } }] },
      'value.rates[0].credits.721p is not known here; known are 360p, 480p, 540p, 720p, 1080p, 2k and 4k.',
    ],
    ['price', 'vidu/viduq3-turbo', { date: DATE }, 'it must have micros_per_credit, rates, or both.'],
    [
      'price',
      'vertex/veo-3.1-generate-001',
      SEEDANCE,
      'value.per_million_tokens is not known here; known are date and per_second.',
    ],
    [
      'price',
      'byteplus/dreamina-seedance-2-0-260128',
      { ...SEEDANCE, per_million_tokens: [] },
      'value.per_million_tokens is []; it must be a list with at least 1 entry.',
    ],
    ['price', 'vertex/veo-3.1-generate-001', { date: DATE, per_second: {} }, 'value.per_second is {}; it must'],
    ['model', 'our fox', { withdrawn: true }, 'name is "our fox"; it must be 1 to 100 letters, digits,'],
    ['model', 'viduq3t-721p', { withdrawn: true }, 'name is "viduq3t-721p", which is no model that is offered here.'],
    ['model', 'our-fox', { routes: [ROUTE] }, 'value.family is nothing; it must be vidu, jisudance, seedance or veo.'],
    ['model', 'our-fox', { family: 'fox', routes: [ROUTE] }, 'value.family is "fox"; it must be vidu, jisudance,'],
    [
      'model',
      'our-fox',
      { family: 'vidu', routes: [] },
      'value.routes is []; it must be a list with at least 1 entry.',
    ],
    ['model', 'our-fox', { withdrawn: false }, 'value.withdrawn is false; it must be true.'],
    [
      'model',
      'our-fox',
      { family: 'vidu', routes: [{ ...ROUTE, provider: 'kling' }] },
      'value.routes[0].provider is "kling"; it must be vidu, vidu-cn, byteplus, ark or vertex.',
    ],
    [
      'model',
      'our-fox',
      { family: 'vidu', routes: [{ ...ROUTE, model: 'viduq9' }] },
      'value.routes[0].model is "viduq9"; it must be viduq3-pro,',
    ],
    [
      'model',
      'our-fox',
      { family: 'vidu', routes: [ROUTE, { ...ROUTE, resolution: '4k' }] },
      'value.routes[1].resolution is "4k"; it must be 540p, 720p or 1080p.',
    ],
    [
      'model',
      'our-fox',
      { family: 'vidu', routes: [{ ...ROUTE, modes: ['references'] }] },
      'value.routes[0].modes is "references"; it must be text, image or frames.',
    ],
    [
      'model',
      'our-fox-offpeak',
      { family: 'seedance', routes: [{ provider: 'ark', model: 'doubao-seedance-2-0-260128', off_peak: true }] },
      'value.routes[0].off_peak is true; it must be false: this model has no off-peak hours.',
    ],
    [
      'model',
      'our-fox',
      { family: 'vidu', routes: [{ ...ROUTE, off_peak: true }] },
      'name is "our-fox"; names of routes with off_peak end in -offpeak, and no others do.',
    ],
  ])('%s %s %j', (kind, name, value, message) => {
    const problem = checkOverride(SHIPPED, { kind, name, value });
    expect(problem?.message).toContain(message);
    expect(problem?.message.startsWith(`${problem.param} `)).toBe(true);
  });
});

const DAY = 86_400;
const rate = (usd: number, from?: number): OverrideEntry => ({
  kind: 'rate',
  name: 'CNY',
  value: { usd, date: DATE },
  ...(from !== undefined && { from }),
});
const usdAt = (now: number, { file = [], admin = [] }: Partial<Record<'file' | 'admin', readonly OverrideEntry[]>>) =>
  overridesInForce(SHIPPED, { file, admin, nowUnixSeconds: now }).pricing.rate('CNY')?.usd;

describe('of several entries', () => {
  test('the latest whose moment has come counts', () => {
    const file = [rate(0.1), rate(0.3, 3 * DAY), rate(0.2, 2 * DAY)];
    expect([DAY, 2 * DAY, 3 * DAY - 1, 3 * DAY, 9 * DAY].map((now) => usdAt(now, { file }))).toEqual([
      0.1, 0.2, 0.2, 0.3, 0.3,
    ]);
  });

  test('that of the admin API counts, unless the file has a later one', () => {
    const admin = [rate(0.5, 2 * DAY)];
    expect(usdAt(DAY, { file: [rate(0.1)], admin })).toBe(0.1);
    expect(usdAt(3 * DAY, { file: [rate(0.1)], admin })).toBe(0.5);
    expect(usdAt(3 * DAY, { file: [rate(0.1, 2 * DAY)], admin })).toBe(0.5);
    expect(usdAt(3 * DAY, { file: [rate(0.1, 3 * DAY)], admin })).toBe(0.1);
  });

  test('one that takes back leaves what the file has', () => {
    const admin = [rate(0.5, DAY), { kind: 'rate', name: 'CNY', value: null, from: 2 * DAY } as const];
    expect(usdAt(DAY, { file: [rate(0.1)], admin })).toBe(0.5);
    expect(usdAt(2 * DAY, { file: [rate(0.1)], admin })).toBe(0.1);
    expect(usdAt(2 * DAY, { admin })).toBeUndefined();
  });
});

test('what an older version wrote and this one cannot read is not passed over: it fails closed, and is named', () => {
  const admin: readonly OverrideEntry[] = [
    { kind: 'price', name: 'vidu/viduq3-turbo', value: { cents: 4 }, from: 1 },
    { kind: 'rate', name: 'CNY', value: { usd: 'much' }, from: 1 },
    { kind: 'model', name: 'viduq3t-720p', value: { route: 'there' }, from: 1 },
    { kind: 'price', name: 'gone/model', value: { date: DATE }, from: 1 },
  ];
  const { pricing, models, unusable } = overridesInForce(SHIPPED, { file: [rate(0.1)], admin, nowUnixSeconds: 2 });
  expect(pricing.own('vidu', 'viduq3-turbo')).toBe('unusable');
  expect(pricing.own('vidu-cn', 'viduq3-turbo')).toBeUndefined();
  expect(pricing.rate('CNY')).toBeUndefined();
  expect(models.map(({ id }) => id)).not.toContain('viduq3t-720p');
  expect(unusable.toSorted()).toEqual(admin.map(({ kind, name }) => `${kind} ${name}`).sort());
});

test('a model is replaced where it stands, added at the end, or withdrawn', () => {
  const of = (name: string, value: Json): OverrideEntry => ({ kind: 'model', name, value });
  const file = [
    of('viduq3t-720p', { family: 'vidu', routes: [ROUTE] }),
    of('our-fox', { family: 'vidu', routes: [{ ...ROUTE, modes: ['text'] }] }),
    of('viduq3t-540p', { withdrawn: true }),
  ];
  const { models } = overridesInForce(SHIPPED, { file, admin: [], nowUnixSeconds: 0 });
  const shipped = SHIPPED.models.map(({ id }) => id);
  expect(models.map(({ id }) => id)).toEqual([...shipped.filter((id) => id !== 'viduq3t-540p'), 'our-fox']);
  const route = { provider: 'vidu', model: 'viduq3-pro', fixed: { resolution: '720p' }, offPeak: false };
  expect(models.find(({ id }) => id === 'viduq3t-720p')?.routes).toEqual([route]);
  expect(models.at(-1)).toEqual({ id: 'our-fox', family: 'vidu', routes: [{ ...route, modes: ['text'] }] });
});
