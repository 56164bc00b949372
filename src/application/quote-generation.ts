import { costOfUnits } from '../domain/cost-basis.ts';
import type { Draft } from '../domain/draft.ts';
import { type MicroUsd, priceOf } from '../domain/money.ts';
import type { Mode, Warning } from '../domain/request.ts';
import type { Context } from './context.ts';
import { measureInputs } from './measure-inputs.ts';
import { refuseModel } from './not-admitted.ts';
import { checkDraft, type Plan, planRoutes } from './plan-routes.ts';
import type { Caller } from './ports.ts';
import type { PricedRoute } from './price-route.ts';

/** What a create of the same body would hold and probably cost, at this moment. */
export interface Quote extends Omit<Plan, 'routes'> {
  readonly model: string;
  readonly mode: Mode;
  readonly livemode: boolean;
  readonly markup: number;
  /** Of the route that is tried first. */
  readonly expectedMicros: MicroUsd;
  readonly routes: readonly QuotedRoute[];
}

export interface QuotedRoute extends PricedRoute {
  readonly expectedMicros: MicroUsd;
  /** How the vendor comes to its bill. */
  readonly formula: string;
}

export interface QuoteInput {
  readonly caller: Caller;
  readonly draft: Draft;
  readonly warnings: readonly Warning[];
}

/**
 * Prices a request as its create would be, and does nothing else: nothing is held, written, kept or sent to a vendor.
 * Throws the Refusal that a create would meet, as far as it shows without looking at pictures and sounds.
 */
export async function quoteGeneration(ctx: Context, { caller, draft, warnings }: QuoteInput): Promise<Quote> {
  const checked = checkDraft(ctx, draft);
  refuseModel(caller, checked.model.id);
  const candidates = await measureInputs(ctx, { draft, scope: caller, checked });
  const plan = await planRoutes(ctx, { ...checked, candidates }, caller);
  const formulas = new Map(candidates.map(({ open }) => [open.provider.id, open.provider.formula]));
  return {
    ...plan,
    model: checked.model.id,
    mode: plan.routes[0].request.mode,
    livemode: caller.livemode,
    markup: caller.markup ?? 1,
    warnings: [...warnings, ...plan.warnings],
    expectedMicros: expectedMicros(plan.routes[0]),
    routes: plan.routes.map((route) => ({
      ...route,
      expectedMicros: expectedMicros(route),
      formula: formulas.get(route.provider) ?? '',
    })),
  };
}

/** What a route costs as a rule: at most its hold. */
const expectedMicros = (route: PricedRoute): MicroUsd =>
  priceOf(costOfUnits(route.basis.price, route.basis.expectedUnits), route);
