import { expect, test } from 'vitest';
import { billOf } from '../../src/application/bill.ts';
import { priceRoute } from '../../src/application/price-route.ts';
import type { Pricing } from '../../src/application/pricing.ts';
import type { Json } from '../../src/domain/json.ts';
import type { Usage } from '../../src/domain/provider.ts';
import type { GenerationRequest } from '../../src/domain/request.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';

const REQUEST: GenerationRequest = {
  mode: 'text',
  prompt: 'a fox',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  aspectRatio: '16:9',
  audio: true,
  offPeak: false,
  options: {},
};

interface Case {
  readonly vendor: string;
  readonly own?: Json;
  readonly markup?: number;
}

/** A route as it was quoted, with what stands behind it. */
function quoted({ vendor, own, markup }: Case) {
  const [providerId, modelId] = vendor.split('/');
  const provider = PROVIDERS.find(({ id }) => id === providerId);
  const model = provider?.models.find(({ id }) => id === modelId);
  if (!provider || !model) throw new Error(`there is no ${vendor}`);
  const pricing: Pricing = {
    rate: () => ({ currency: 'CNY', usd: 0.14, date: '2026-11-20' }),
    own: () => (own === undefined ? undefined : { price: own }),
  };
  const candidate = { open: { provider, model, route: { provider: '', model: '', fixed: {}, offPeak: false } } };
  const route = priceRoute(pricing, { ...candidate, request: REQUEST }, markup);
  if ('missing' in route) throw new Error('no price');
  return { route, provider, model };
}

const TURBO = 'vidu/viduq3-turbo';
const CN = 'vidu-cn/viduq3-turbo';
const SEEDANCE = 'ark/doubao-seedance-2-0-260128';
const VEO = 'vertex/veo-3.1-generate-001';
const CHEAP = { date: '2026-12-01', micros_per_credit: 4_000 };

test.each<[string, Case, Usage, { readonly micros: number; readonly price: number }]>([
  ['the credits that Vidu took', { vendor: TURBO }, { credits: 60 }, { micros: 300_000, price: 300_000 }],
  ['none', { vendor: TURBO }, { credits: 0 }, { micros: 0, price: 0 }],
  ['as quoted, where only the file tells', { vendor: TURBO }, { seconds: 4 }, { micros: 275_000, price: 275_000 }],
  ['at the operator’s price', { vendor: TURBO, own: CHEAP }, { credits: 60 }, { micros: 240_000, price: 240_000 }],
  ['with the markup', { vendor: TURBO, markup: 1.1 }, { credits: 55 }, { micros: 275_000, price: 302_500 }],
  ['in yuan, at the rate', { vendor: CN, markup: 2 }, { credits: 60 }, { micros: 1_875_000, price: 525_000 }],
  ['the tokens that Ark counted', { vendor: SEEDANCE }, { tokens: 108_001 }, { micros: 4_968_046, price: 695_527 }],
  ['tokens by the seconds of the file', { vendor: SEEDANCE }, { seconds: 4 }, { micros: 3_974_400, price: 556_416 }],
  ['seconds of Veo', { vendor: VEO }, { seconds: 4 }, { micros: 1_600_000, price: 1_600_000 }],
  ['never more seconds than were asked', { vendor: VEO }, { seconds: 9 }, { micros: 2_000_000, price: 2_000_000 }],
])('%s', (_, one, usage, { micros, price }) => {
  const { route, ...behind } = quoted(one);
  expect(billOf(route, { ...behind, usage })).toMatchObject({ cost: { micros }, priceMicros: price });
});

test('a row of an older version, which does not have how its price was made, is billed by the list', () => {
  const { route, ...behind } = quoted({ vendor: TURBO });
  const { basis: _, ...old } = route;
  expect(billOf(old, { ...behind, usage: { credits: 60 } }).priceMicros).toBe(300_000);
  expect(billOf(old, { ...behind, usage: { seconds: 5 } }).priceMicros).toBe(275_000);
});
