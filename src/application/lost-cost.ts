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
  if (reported === undefined && attempt.state !== 'collecting') return undefined;
  const model = provider?.models.find(({ id }) => id === route.model);
  const used = reported ?? { seconds: route.request.seconds };
  const cost = model && provider ? billOf(route, { provider, model, usage: used }).cost : route.cost;
  return { cost, ...(reported !== undefined && { reported }) };
}
