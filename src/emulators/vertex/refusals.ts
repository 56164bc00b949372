import { type PlainTrouble, Refusal } from '../kit/refusal.ts';

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

/** Google's standard error answer. Source: Google: Veo on Vertex AI, model reference. */
export function vertexRefusal(code: number, message: string): Refusal {
  return new Refusal(code, { error: { code, message, status: STATUSES[code] ?? 'UNKNOWN', details: [] } });
}

export const invalidArgument = (message: string): Refusal => vertexRefusal(400, message);

const TROUBLES: Readonly<Record<PlainTrouble, readonly [number, string]>> = {
  too_large: [400, 'Request payload size exceeds the limit.'],
  not_json: [400, 'Invalid JSON payload received.'],
  not_found: [404, 'The requested URL was not found on this server.'],
  too_many: [429, 'Quota exceeded for online_prediction_requests_per_base_model. Please try again later.'],
  internal: [500, 'Internal error encountered.'],
};

/** Throws what went wrong outside Vertex's own rules, in Google's words. */
export function vertexTrouble(kind: PlainTrouble): never {
  throw vertexRefusal(...TROUBLES[kind]);
}
