import type { Json } from '../domain/json.ts';
import type { PublicModel } from '../domain/model.ts';
import type { Currency, ExchangeRate } from '../domain/money.ts';
import { checkOverride, type OverrideKind, offered, rateOf, type Shipped } from './overrides.ts';
import type { Pricing } from './pricing.ts';

/** One thing that the operator set, from a moment on. */
export interface OverrideEntry {
  readonly kind: OverrideKind;
  readonly name: string;
  /** `null` takes back what was set the same way before. */
  readonly value: Json;
  /** Unix seconds; absent: since ever. */
  readonly from?: number;
}

/** What is in force at a moment. */
export interface InForce {
  readonly pricing: Pricing;
  readonly models: readonly PublicModel[];
  /** Entries that this version cannot use, as `price vidu/viduq9`. What they name fails closed. */
  readonly unusable: readonly string[];
}

export interface Sources {
  /** Of the file. */
  readonly file: readonly OverrideEntry[];
  /** Of the admin API. */
  readonly admin: readonly OverrideEntry[];
  readonly nowUnixSeconds: number;
}

/**
 * Of all entries for a thing the one with the latest moment that has come counts; of two with the same moment that of the
 * admin API. What cannot be used is not passed over: nothing is priced or offered by what it was to replace.
 */
export function overridesInForce(shipped: Shipped, sources: Sources): InForce {
  const entries = [...latest(sources).values()];
  const isUsable = (entry: OverrideEntry): boolean => checkOverride(shipped, entry) === undefined;
  const [good, bad] = [entries.filter(isUsable), entries.filter((entry) => !isUsable(entry))];
  const of = (kind: OverrideKind): ReadonlyMap<string, Json> =>
    new Map(good.flatMap((entry) => (entry.kind === kind ? [[entry.name, entry.value]] : [])));
  const badOf = (kind: OverrideKind): ReadonlySet<string> =>
    new Set(bad.flatMap((entry) => (entry.kind === kind ? [entry.name] : [])));
  const withdrawn = [...badOf('model')].map((name): [string, Json] => [name, { withdrawn: true }]);
  return {
    pricing: pricingOf({ rates: of('rate'), prices: of('price'), unusable: badOf('price') }),
    models: offered(shipped.models, new Map([...of('model'), ...withdrawn])),
    unusable: bad.map(({ kind, name }) => `${kind} ${name}`),
  };
}

function latest({ file, admin, nowUnixSeconds }: Sources): ReadonlyMap<string, OverrideEntry> {
  const found = new Map<string, OverrideEntry>();
  const hasCome = ({ from = Number.NEGATIVE_INFINITY }: OverrideEntry): boolean => from <= nowUnixSeconds;
  for (const source of [file, admin]) {
    const own = new Map<string, OverrideEntry>();
    for (const entry of source.filter(hasCome)) later(own, entry);
    for (const entry of own.values()) if (entry.value !== null) later(found, entry);
  }
  return found;
}

function later(found: Map<string, OverrideEntry>, entry: OverrideEntry): void {
  const name = `${entry.kind} ${entry.name}`;
  const known = found.get(name);
  const since = ({ from = Number.NEGATIVE_INFINITY }: OverrideEntry): number => from;
  if (!known || since(entry) >= since(known)) found.set(name, entry);
}

function pricingOf({
  rates,
  prices,
  unusable,
}: {
  readonly rates: ReadonlyMap<string, Json>;
  readonly prices: ReadonlyMap<string, Json>;
  readonly unusable: ReadonlySet<string>;
}): Pricing {
  const byCurrency = new Map<Currency, ExchangeRate>(
    [...rates].flatMap(([name, value]) => {
      const rate = rateOf(name, value);
      return rate ? [[rate.currency, rate]] : [];
    }),
  );
  return {
    rate: (currency) => byCurrency.get(currency),
    own: (provider, model) => {
      const name = `${provider}/${model}`;
      if (unusable.has(name)) return 'unusable';
      const price = prices.get(name);
      return price === undefined ? undefined : { price };
    },
  };
}
