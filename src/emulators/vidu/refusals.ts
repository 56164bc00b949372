import { type PlainTrouble, Refusal } from '../kit/refusal.ts';

/** Vidu's error answer: `code` repeats the status, `reason` is the error's name. Source: Vidu: authentication, error code. */
export function viduRefusal(status: number, reason: string, message: string): Refusal {
  // A trace id that is not random keeps the emulator a function of its inputs.
  const body = { code: status, reason, message, metadata: { trace_id: '0'.repeat(32) } };
  return new Refusal(status, body);
}

const TROUBLES: Readonly<Record<PlainTrouble, readonly [number, string, string]>> = {
  too_large: [400, 'BadRequest', 'request body is larger than 20 MB'],
  not_json: [400, 'CODEC', 'body unmarshal error: not valid JSON'],
  not_found: [404, 'NotFound', 'not found'],
  too_many: [429, 'TooManyRequests', 'too many requests, please try again later'],
  internal: [500, 'InternalServiceFailure', 'internal service failure'],
};

/** Throws what went wrong outside Vidu's own rules, in Vidu's words. */
export function viduTrouble(kind: PlainTrouble): never {
  throw viduRefusal(...TROUBLES[kind]);
}
