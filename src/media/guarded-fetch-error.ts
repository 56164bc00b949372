export type FetchRefusal =
  | 'invalid_url'
  | 'scheme'
  | 'private_address'
  | 'unresolvable'
  | 'too_many_redirects'
  | 'too_large'
  | 'timed_out'
  | 'http_status'
  | 'length_mismatch'
  | 'encoding'
  | 'connection';

interface Details {
  /** Where, what was found, and what is allowed: one sentence for the person who sent the URL. */
  readonly message: string;
  readonly status?: number;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * Why a URL could not be fetched. `message` names the URL without query, user name and password, the reason and what is
 * allowed. `retryable` says whether the same call may succeed later; `status` is there for `http_status` only.
 */
export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError';
  readonly refusal: FetchRefusal;
  readonly status?: number;
  readonly retryable: boolean;

  constructor(refusal: FetchRefusal, details: Details) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.refusal = refusal;
    if (details.status !== undefined) this.status = details.status;
    this.retryable = details.retryable ?? false;
  }
}
