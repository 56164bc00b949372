import { isAllowedModel } from '../domain/key-limits.ts';
import { dollars } from '../domain/money.ts';
import type { Caller, NewGeneration, NotAdmitted } from './ports.ts';
import { Refusal } from './refusal.ts';

const NOTHING = 'Nothing was sent and nothing is held.';

/** A request that could be served, and is not accepted now: what is in the way, and how much of it is missing. */
export function notAdmitted(
  outcome: NotAdmitted,
  generation: Pick<NewGeneration, 'heldMicros' | 'quotedMicros'>,
): Refusal {
  switch (outcome.reason) {
    case 'revoked':
      return new Refusal('invalid_key', `This API key was revoked. ${NOTHING}`, {
        headers: { 'www-authenticate': 'Bearer' },
      });
    case 'expired':
      return new Refusal('key_expired', `This API key has expired. ${NOTHING}`, {
        headers: { 'www-authenticate': 'Bearer' },
      });
    case 'balance':
      return tooLittle('The project has', { heldMicros: generation.heldMicros, leftMicros: outcome.leftMicros });
    case 'budget':
      return tooLittle(`Of the budget of this key, ${dollars(outcome.limitMicros)}, there is left`, {
        heldMicros: generation.heldMicros,
        leftMicros: outcome.leftMicros,
      });
    case 'daily_budget':
      return tooLittle(
        `Of the daily budget of this key, ${dollars(outcome.limitMicros)} until midnight UTC, there is left`,
        {
          heldMicros: generation.heldMicros,
          leftMicros: outcome.leftMicros,
          retrySeconds: outcome.seconds,
        },
      );
    case 'in_flight':
      return concurrencyLimited(outcome.limit);
    case 'rate':
      return rateLimited(outcome.limit, outcome.seconds);
    default:
      return outcome satisfies never;
  }
}

function tooLittle(
  what: string,
  { heldMicros, leftMicros, retrySeconds }: { heldMicros: number; leftMicros: number; retrySeconds?: number },
): Refusal {
  const left = Math.max(0, leftMicros);
  return new Refusal(
    'insufficient_balance',
    `${what} ${dollars(left)}; this request may cost ${dollars(heldMicros)}, so ${dollars(heldMicros - left)} is missing. ${NOTHING}`,
    { ...(retrySeconds !== undefined && { headers: { 'retry-after': String(Math.max(1, Math.ceil(retrySeconds))) } }) },
  );
}

/** When a generation of one's own will end is not known: look again soon. */
const CONCURRENCY_RETRY_SECONDS = 5;

const concurrencyLimited = (limit: number): Refusal =>
  new Refusal(
    'concurrency_limited',
    `This key may have ${limit} generation${limit === 1 ? '' : 's'} in flight, and has as many. Wait until one ends. ${NOTHING}`,
    { headers: limitHeaders({ limit, retrySeconds: CONCURRENCY_RETRY_SECONDS }) },
  );

export const rateLimited = (limit: number, seconds: number): Refusal =>
  new Refusal(
    'rate_limited',
    `This key may create ${limit} generation${limit === 1 ? '' : 's'} a minute, and did. ${NOTHING}`,
    { headers: limitHeaders({ limit, retrySeconds: seconds }) },
  );

const limitHeaders = ({ limit, retrySeconds }: { readonly limit: number; readonly retrySeconds: number }) => {
  const seconds = String(Math.max(1, Math.ceil(retrySeconds)));
  return {
    'retry-after': seconds,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': seconds,
  };
};

/** Before anything is fetched: a key may be for some models only. */
export function refuseModel({ models }: Pick<Caller, 'models'>, model: string): void {
  if (models === undefined || isAllowedModel(models, model)) return;
  throw new Refusal('model_not_allowed', `This key may not use ${model}. It may use ${models.join(', ')}. ${NOTHING}`, {
    param: 'model',
  });
}
