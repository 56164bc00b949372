import type { Issue, IssueCode } from '../domain/issue.ts';

/** Every code a request can be refused with, its HTTP status and OpenAI's word for its kind. */
export const REFUSALS = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  missing_field: { status: 400, type: 'invalid_request_error' },
  invalid_value: { status: 400, type: 'invalid_request_error' },
  unknown_model: { status: 400, type: 'invalid_request_error' },
  unsupported_field: { status: 400, type: 'invalid_request_error' },
  conflicting_inputs: { status: 400, type: 'invalid_request_error' },
  input_unreachable: { status: 400, type: 'invalid_request_error' },
  input_invalid: { status: 400, type: 'invalid_request_error' },
  not_supported: { status: 400, type: 'invalid_request_error' },
  invalid_key: { status: 401, type: 'authentication_error' },
  insufficient_balance: { status: 402, type: 'billing_error' },
  model_not_allowed: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  no_output: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  not_ready: { status: 409, type: 'invalid_request_error' },
  idempotency_mismatch: { status: 409, type: 'invalid_request_error' },
  too_large: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  no_channel: { status: 503, type: 'server_error' },
  price_missing: { status: 503, type: 'server_error' },
  overloaded: { status: 503, type: 'server_error' },
  unavailable: { status: 503, type: 'server_error' },
} as const satisfies Record<string, { status: number; type: string }> & Record<IssueCode, unknown>;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that is not served, with what is wrong and what is allowed. Dialects put it into their own form. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly param: string | undefined;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RefusalCode,
    message: string,
    more: {
      readonly param?: string;
      readonly issues?: readonly Issue[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.param = more.param;
    this.issues = more.issues ?? [];
    this.headers = more.headers ?? {};
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
