import type { Provider } from '../domain/provider.ts';
import type { GenerationRequest } from '../domain/request.ts';

/** A day for the vendor to answer after the longest it may take. */
const GRACE_SECONDS = 24 * 3600;
/** Vendors forget their work after a week. */
const MOST_HORIZON_SECONDS = 7 * 24 * 3600 - 3600;

/** No generation ends at its horizon before this age. */
export const LEAST_HORIZON_SECONDS = GRACE_SECONDS;

/** How long after its creation a generation is given up, in seconds. */
export const horizonSeconds = (provider: Provider | undefined, request: GenerationRequest): number =>
  Math.min(MOST_HORIZON_SECONDS, (provider?.horizonSeconds(request) ?? MOST_HORIZON_SECONDS) + GRACE_SECONDS);
