import type { Provider } from '../domain/provider.ts';
import type { GenerationRequest } from '../domain/request.ts';

/** A day for the vendor to answer after the longest it may take. */
const GRACE_SECONDS = 24 * 3600;
/** Vendors forget their work after a week. */
const MOST_HORIZON_SECONDS = 7 * 24 * 3600 - 3600;

/** The sandbox takes seconds: what is stuck there is given up while somebody may still look at it. */
const SANDBOX_HORIZON_SECONDS = 3600;

/** No generation ends at its horizon before this age. */
export const LEAST_HORIZON_SECONDS = SANDBOX_HORIZON_SECONDS;

/** How long after its creation a generation is given up, in seconds. */
export function horizonSeconds(
  provider: Provider | undefined,
  { request, livemode }: { readonly request: GenerationRequest; readonly livemode: boolean },
): number {
  if (!livemode) return SANDBOX_HORIZON_SECONDS;
  return Math.min(MOST_HORIZON_SECONDS, (provider?.horizonSeconds(request) ?? MOST_HORIZON_SECONDS) + GRACE_SECONDS);
}
