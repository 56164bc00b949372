import { type PlainTrouble, Refusal } from '../kit/refusal.ts';

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  429: 'TooManyRequests',
  500: 'InternalServerError',
};

/** Ark's error answer. Source: Ark: error codes. */
export function arkRefusal(status: number, code: string, message: string, param = ''): Refusal {
  const error = { code, message, param, type: TYPES[status] ?? 'BadRequest' };
  return new Refusal(status, { error });
}

/** 400 about one parameter. */
export const invalidParameter = (param: string, why: string): Refusal =>
  arkRefusal(
    400,
    'InvalidParameter',
    `The parameter \`${param}\` specified in the request is not valid: ${why}`,
    param,
  );

export const unsupportedParameter = (param: string, why: string): Refusal =>
  arkRefusal(
    400,
    'InvalidParameter.UnsupportedParameter',
    `The parameter \`${param}\` is not supported: ${why}`,
    param,
  );

export const missingParameter = (param: string): Refusal =>
  arkRefusal(400, 'MissingParameter', `The request is missing the required parameter \`${param}\``, param);

/** Inputs of exclusive modes in one request. */
export const mixedModes = (why: string): Refusal =>
  arkRefusal(400, 'InvalidParameter.TaskTypeConstraint', why, 'content');

const TROUBLES: Readonly<Record<PlainTrouble, readonly [number, string, string]>> = {
  too_large: [400, 'InvalidParameter', 'The request body is larger than 64 MB'],
  not_json: [400, 'InvalidParameter', 'The request body is not valid JSON'],
  not_found: [404, 'NotFound.Path', 'The requested path does not exist'],
  too_many: [
    429,
    'AccountRateLimitExceeded',
    'The request rate of the account is over its limit, please try again later',
  ],
  internal: [500, 'InternalServiceError', 'The service encountered an unexpected internal error'],
};

/** Throws what went wrong outside Ark's own rules, in Ark's words. */
export function arkTrouble(kind: PlainTrouble): never {
  throw arkRefusal(...TROUBLES[kind]);
}
