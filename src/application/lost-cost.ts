import type { Evidence } from '../domain/attempt.ts';
import type { PlannedRoute } from '../domain/generation.ts';
import type { Provider, Usage } from '../domain/provider.ts';
import { billOf } from './bill.ts';
import type { AttemptFile, LostCost } from './ports.ts';

/**
 * What a vendor bills for an attempt that ends without a video for the caller: what it reports, or, where it had finished
 * its work and reports nothing, what that costs. Undefined where it bills nothing: a vendor's plain failure.
 */
export function lostCost(
  { attempt, route }: Pick<AttemptFile, 'attempt' | 'route'>,
  { provider, usage }: { readonly provider: Provider | undefined; readonly usage?: Usage | undefined },
): LostCost | undefined {
  const reported = usage ?? attempt.usage;
  if (reported !== undefined) return { ...costOf(route, provider, reported), reported };
  return attempt.state === 'collecting' ? costOf(route, provider, { seconds: route.request.seconds }) : undefined;
}

/** What the vendor bills by what was just seen, whatever became of the attempt; undefined when it says nothing of that. */
export function billIn(
  evidence: Evidence,
  { route }: Pick<AttemptFile, 'route'>,
  provider: Provider | undefined,
): LostCost | undefined {
  const seen = 'observation' in evidence ? evidence.observation : undefined;
  const reported = seen && 'usage' in seen ? seen.usage : undefined;
  return reported && { ...costOf(route, provider, reported), reported };
}

function costOf(route: PlannedRoute, provider: Provider | undefined, usage: Usage): Pick<LostCost, 'cost'> {
  const model = provider?.models.find(({ id }) => id === route.model);
  return { cost: model && provider ? billOf(route, { provider, model, usage }).cost : route.cost };
}
