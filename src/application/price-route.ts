import type { OpenRoute } from '../domain/catalogue.ts';
import { type CostBasis, costOfUnits } from '../domain/cost-basis.ts';
import type { PlannedRoute } from '../domain/generation.ts';
import { type Currency, priceOf } from '../domain/money.ts';
import type { GenerationRequest } from '../domain/request.ts';
import type { Pricing } from './pricing.ts';
import { Refusal } from './refusal.ts';

interface Candidate {
  readonly open: OpenRoute;
  readonly request: GenerationRequest;
}

/** What a route lacks to be priced. */
interface Unpriced {
  readonly missing:
    | { readonly what: 'rate'; readonly currency: Currency }
    | { readonly what: 'price' | 'usable price'; readonly candidate: Candidate };
}

/** A route whose bill is known as far as it can be before there is one. */
export interface PricedRoute extends PlannedRoute {
  readonly basis: CostBasis;
}

/** A route with the most that it can cost, and all that its bill will be made of; or what is missing for it. */
export function priceRoute(pricing: Pricing, candidate: Candidate, markup: number | undefined): PricedRoute | Unpriced {
  const { provider, model } = candidate.open;
  const own = pricing.own(provider.id, model.id);
  if (own === 'unusable') return { missing: { what: 'usable price', candidate } };
  const basis = provider.basis(candidate.request, model, own?.price);
  if (basis === undefined) return { missing: { what: 'price', candidate } };
  const { currency } = basis.price;
  const rate = currency === 'USD' ? { usd: 1 } : pricing.rate(currency);
  if (rate === undefined) return { missing: { what: 'rate', currency } };
  const cost = costOfUnits(basis.price, basis.units);
  return {
    provider: provider.id,
    model: model.id,
    request: candidate.request,
    cost,
    basis,
    usdPerUnit: rate.usd,
    ...('date' in rate && { rateDate: rate.date }),
    ...(markup !== undefined && { markup }),
    holdMicros: priceOf(cost, { usdPerUnit: rate.usd, markup }),
  };
}

/** Says of each route what is missing, and where it is set. */
export function priceMissing(model: string, outcomes: readonly (PricedRoute | Unpriced)[]): Refusal {
  const reasons = outcomes.flatMap((outcome) => ('missing' in outcome ? [reasonOf(outcome)] : []));
  return new Refusal(
    'price_missing',
    `${model} cannot be priced: ${[...new Set(reasons)].join('; ')}. Nothing was sent and nothing is held.`,
    { param: 'model' },
  );
}

function reasonOf({ missing }: Unpriced): string {
  if (missing.what === 'rate') {
    const { currency } = missing;
    return `there is no exchange rate for ${currency}: set rates.${currency} in onereel.yaml, or POST /admin/v1/rates`;
  }
  const { open, request } = missing.candidate;
  const { provider, model } = open;
  const name = `${provider.id}/${model.id}`;
  const what = missing.what === 'price' ? 'no price' : 'no price that this version can read';
  return `there is ${what} for ${model.id} at ${provider.name} (${request.mode}, ${request.resolution}, ${request.seconds} s): set prices.${name} in onereel.yaml, or POST /admin/v1/prices`;
}
