import { z } from 'zod';
import type { ChannelAccess } from '../../src/application/ports.ts';
import type { Exchange } from '../../src/domain/http.ts';
import type { Model } from '../../src/domain/model.ts';
import type { Listing, Observation, Provider } from '../../src/domain/provider.ts';

/** The one model of the fake vendor; its capabilities are never asked for. */
const MODEL: Model = { id: 'fake-1', modes: {}, usualSeconds: 1, source: { page: 'none', date: '2026-11-21' } };

const FAKE_PRICE = { currency: 'USD', micros: 1, unit: 'credit', per: 1, date: '2026-11-21', origin: 'list' } as const;

/** Not for sending: the parts of a provider that no test of these rooms performs. */
const never: Exchange<never, never> = {
  build: () => {
    throw new Error('the fake vendor is not built for this');
  },
  parse: () => {
    throw new Error('the fake vendor is not built for this');
  },
};

/** A provider whose exchanges are told apart, and otherwise empty. */
export const fakeProvider = (more: Partial<Provider> = {}): Provider => ({
  id: 'fake',
  name: 'A fake vendor',
  origins: { api: 'https://api.fake.example' },
  currency: 'USD',
  bodyBytes: 20_000_000,
  concurrency: 10,
  models: [MODEL],
  credentials: z.unknown(),
  settings: z.record(z.string(), z.json()),
  sign: (request) => request,
  operation: z.json(),
  submit: { ...never } as Exchange<never, Observation> as Provider['submit'],
  poll: { ...never } as Exchange<never, Observation> as Provider['poll'],
  list: { ...never } as Exchange<never, Listing<never>> as NonNullable<Provider['list']>,
  horizonSeconds: () => 48 * 3600,
  formula: 'what it pleases',
  ownPrice: z.never(),
  basis: () => ({ price: FAKE_PRICE, units: 1000, expectedUnits: 1000, inputs: {} }),
  unitsUsed: (_, { credits }) => credits,
  prices: () => [],
  ...more,
});

export const fakeChannel = (more: Partial<ChannelAccess> = {}): ChannelAccess => ({
  id: 1n,
  name: 'fake',
  provider: 'fake',
  livemode: true,
  origins: {},
  settings: {},
  credentialVersion: 1n,
  credentials: {},
  ...more,
});
