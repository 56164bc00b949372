import { z } from 'zod';
import { REFUSALS, type Refusal, type RefusalCode } from '../../application/refusal.ts';
import type { Issue } from '../../domain/issue.ts';

/** Vidu's error envelope. `code` is the HTTP status. */
export const viduErrorBody = z
  .object({
    code: z.int().describe('The HTTP status.'),
    reason: z.string().describe('For programs: a name of Vidu’s error list. docs/vidu.md has all of them.'),
    message: z.string().describe('For people: the field, the value and what is allowed, for everything that is wrong.'),
    metadata: z.object({ trace_id: z.string().describe('The same as the header x-request-id.') }),
  })
  .meta({ id: 'ViduError', description: 'A request that is not served, in Vidu’s form.' });

/** Vidu's names for what a request can be refused with (Vidu: error code). */
const REASONS: Readonly<Record<RefusalCode, string>> & Readonly<Record<string, string>> = {
  ...(Object.fromEntries(Object.keys(REFUSALS).map((code) => [code, 'BadRequest'])) as Record<RefusalCode, string>), // every key of the table
  // What Vidu's framework says of a body or an id that it cannot decode.
  invalid_json: 'CODEC',
  missing_field: 'FieldLacking',
  invalid_value: 'FieldInvalid',
  unknown_model: 'ModelUnavailable',
  unsupported_field: 'FieldUnwanted',
  conflicting_inputs: 'FieldInvalid',
  input_unreachable: 'ImageDownloadFailure',
  input_invalid: 'ImageFormatInvalid',
  invalid_key: 'Unauthorized',
  insufficient_balance: 'CreditInsufficient',
  key_expired: 'Unauthorized',
  rate_limited: 'TooManyRequests',
  concurrency_limited: 'QuotaExceeded',
  model_not_allowed: 'Forbidden',
  not_found: 'NotFound',
  no_output: 'CreationNotFound',
  idempotency_mismatch: 'Conflict',
  no_channel: 'ModelUnavailable',
  price_missing: 'ModelUnavailable',
  overloaded: 'SystemThrottling',
  unavailable: 'InternalServiceFailure',
};

/** Where Vidu has another status than the house. */
const STATUSES: Partial<Record<RefusalCode, number>> = { insufficient_balance: 400, not_cancellable: 400 };

/** A picture of the wrong size or shape has a name of its own. */
const ABOUT_SIZE = /\d px\b|has \d+ bytes; at most/;

function reasonOf(refusal: Refusal): string {
  const [first] = refusal.issues;
  if (refusal.code === 'not_found' && refusal.param === 'id') return 'TaskNotFound';
  return first ? reasonOfIssue(first) : (REASONS[refusal.code] ?? 'BadRequest');
}

function reasonOfIssue({ code, param, message, isCount }: Issue): string {
  if (code === 'invalid_value' && isCount) return 'FieldItemCountOutOfRange';
  // A model that exists, but not at this endpoint.
  if (code === 'unsupported_field' && param === 'model') return 'FieldInvalid';
  if (code === 'input_invalid') {
    if (param.includes('videos')) return 'VideoFormatInvalid';
    if (ABOUT_SIZE.test(message)) return 'PageSizeOutOfRange';
  }
  return REASONS[code] ?? 'BadRequest';
}

/** A refusal in Vidu's form: several things that are wrong share one message. `status` is what it would be in the house form. */
export function viduError(
  refusal: Refusal,
  { status, requestId }: { readonly status: number; readonly requestId: string },
): { readonly status: number; readonly body: z.infer<typeof viduErrorBody> } {
  const code = STATUSES[refusal.code] ?? status;
  const messages = refusal.issues.length > 1 ? refusal.issues.map(({ message }) => message) : [refusal.message];
  return {
    status: code,
    body: { code, reason: reasonOf(refusal), message: messages.join(' '), metadata: { trace_id: requestId } },
  };
}
