import type { Issue, IssueCode } from '../domain/issue.ts';
import type { GenerationCost } from './generation-cost.ts';

/** Every code a request can be refused with, its HTTP status, OpenAI's word for its kind, and what it means. */
export const REFUSALS = {
  invalid_json: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The body is not JSON, not an object, or nested too deep; the message has line and column.',
  },
  missing_field: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'Something that is required is not there.',
  },
  invalid_value: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A value is not one of those that are allowed; the message names them.',
  },
  unknown_model: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No model has this name; the message has the nearest names.',
  },
  unsupported_field: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The field exists, but not for this model and mode.',
  },
  conflicting_inputs: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'Two fields contradict each other or cannot be sent together.',
  },
  input_unreachable: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A media address could not be read from here.',
  },
  input_invalid: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'What lies at a media address, or in a data URI, cannot be used.',
  },
  not_supported: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A later version brings this.',
  },
  invalid_key: {
    status: 401,
    type: 'authentication_error',
    meaning: 'No key, a wrong or revoked one, or a link that has expired.',
  },
  key_expired: {
    status: 401,
    type: 'authentication_error',
    meaning: 'The key was good until a date that has passed.',
  },
  insufficient_balance: {
    status: 402,
    type: 'billing_error',
    meaning:
      'The money of the project, or the budget of the key, does not cover what the request may cost; the message says how much is missing.',
  },
  model_not_allowed: {
    status: 403,
    type: 'permission_error',
    meaning: 'This key may not use this model.',
  },
  not_permitted: {
    status: 403,
    type: 'permission_error',
    meaning: 'This kind of key may not ask this: `/admin/v1` takes admin keys only.',
  },
  not_found: {
    status: 404,
    type: 'invalid_request_error',
    meaning: 'There is nothing here under this address or id, or it belongs to another project or world.',
  },
  no_output: {
    status: 404,
    type: 'invalid_request_error',
    meaning: 'The generation ended without this file.',
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    meaning: 'The address exists, but takes other methods; `Allow` names them.',
  },
  not_ready: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The generation has not finished; ask again after `Retry-After` seconds.',
  },
  not_cancellable: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The generation has ended, or its vendor can no longer stop it. `cost` says what it costs.',
  },
  idempotency_mismatch: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'This `Idempotency-Key` was used with another body.',
  },
  conflict: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'What is there stands against it: a name that is taken, a balance at its floor, a second refund.',
  },
  too_large: {
    status: 413,
    type: 'invalid_request_error',
    meaning: 'The body is larger than what is read, or there is no room left for a file.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    meaning: 'The body is not declared as JSON, or as the form that a file is sent in.',
  },
  rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    meaning: 'The key may create no more in this minute; `Retry-After` says when it may again.',
  },
  concurrency_limited: {
    status: 429,
    type: 'rate_limit_error',
    meaning: 'The key has as many generations in flight as it may; one has to end first.',
  },
  no_channel: {
    status: 503,
    type: 'server_error',
    meaning: 'No vendor that serves this model can be reached with this kind of key.',
  },
  price_missing: {
    status: 503,
    type: 'server_error',
    meaning: 'The request cannot be priced, so it is not made.',
  },
  overloaded: {
    status: 503,
    type: 'server_error',
    meaning: 'Too little room to take more; nothing was sent.',
  },
  unavailable: {
    status: 503,
    type: 'server_error',
    meaning: 'The database does not answer, or something failed that should not have.',
  },
} as const satisfies Record<string, { status: number; type: string; meaning: string }> & Record<IssueCode, unknown>;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that is not served, with what is wrong and what is allowed. Dialects put it into their own form. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly param: string | undefined;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;
  readonly cost: GenerationCost | undefined;

  constructor(
    code: RefusalCode,
    message: string,
    more: {
      readonly param?: string;
      readonly issues?: readonly Issue[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cost?: GenerationCost;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.param = more.param;
    this.issues = more.issues ?? [];
    this.headers = more.headers ?? {};
    this.cost = more.cost;
  }

  get status(): number {
    return REFUSALS[this.code].status;
  }
}

/** The refusal of a request with these things wrong: the first speaks for all, all are listed. */
export function refusalOf(issues: readonly Issue[]): Refusal {
  const [first] = issues;
  if (!first) throw new Error('a refusal needs an issue');
  return new Refusal(first.code, first.message, { param: first.param, issues });
}
