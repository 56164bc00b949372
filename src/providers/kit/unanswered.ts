import type { Failure } from '../../domain/failure.ts';
import type { HttpResponse } from '../../domain/http.ts';
import type { Unanswered } from '../../domain/provider.ts';

/** What a vendor's error body says, read from whatever envelope the vendor uses. */
export interface VendorError {
  readonly code: string;
  readonly message?: string;
}

export const succeeded = ({ status }: HttpResponse): boolean => status >= 200 && status < 300;

/** The vendor's words for operators. */
export const vendorWords = ({ status }: HttpResponse, error?: VendorError): NonNullable<Failure['vendor']> => ({
  status,
  ...(error && { code: error.code }),
  ...(error?.message !== undefined && { message: error.message }),
});

/** Whole seconds of a Retry-After header. Its date form needs a clock, so it counts as absent. */
function retryAfterSeconds({ headers }: HttpResponse): number | undefined {
  const value = headers['retry-after'];
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

/** An answer that decides nothing. `started` matters on submit only; a poll always passes `maybe`. */
export function unanswered(
  response: HttpResponse,
  { started, error }: { readonly started: 'no' | 'maybe'; readonly error?: VendorError | undefined },
): Unanswered {
  const seconds = retryAfterSeconds(response);
  const what = error?.code ?? (response.json === undefined ? 'not JSON' : 'not understood');
  return {
    state: 'unanswered',
    started,
    reason: `HTTP ${response.status}: ${what}`,
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    vendor: vendorWords(response, error),
  };
}
