import { costOfUnits } from '../domain/cost-basis.ts';
import type { PlannedRoute } from '../domain/generation.ts';
import type { Model } from '../domain/model.ts';
import { type Cost, type MicroUsd, priceOf } from '../domain/money.ts';
import type { Provider, Usage } from '../domain/provider.ts';

/** What a vendor bills, and what we charge for it. */
export interface Bill {
  readonly cost: Cost;
  readonly priceMicros: MicroUsd;
}

/**
 * The vendor's bill for what was used, by the price, rate and markup that the generation was quoted; what the usage does
 * not say counts as quoted.
 */
export function billOf(
  route: PlannedRoute,
  { provider, model, usage }: { readonly provider: Provider; readonly model: Model; readonly usage: Usage },
): Bill {
  const basis = route.basis ?? provider.basis(route.request, model);
  const cost = basis ? costOfUnits(basis.price, provider.unitsUsed(route.request, usage) ?? basis.units) : route.cost;
  return { cost, priceMicros: priceOf(cost, route) };
}
