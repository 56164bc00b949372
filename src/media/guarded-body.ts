import type { ExchangeWatch } from './exchange-watch.ts';
import { GuardedFetchError } from './guarded-fetch-error.ts';

interface BodyRules {
  readonly label: string;
  readonly maxBytes: number;
  /** Content-Length; undefined when the other side did not say. */
  readonly declaredBytes: number | undefined;
  readonly watch: ExchangeWatch;
  /** Called once when the body is over, however it ended. */
  readonly done: () => void;
}

/**
 * The bytes of a stranger's answer, at most `maxBytes`. Throws GuardedFetchError `too_large`, `length_mismatch` (fewer
 * bytes than declared; more than declared are never read), `timed_out` or `connection`.
 */
export async function* guardedBody(
  body: AsyncIterable<Uint8Array>,
  rules: BodyRules,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { watch, maxBytes } = rules;
  let received = 0;
  try {
    watch.expect();
    for await (const bytes of body) {
      watch.rest();
      received += bytes.length;
      if (received > maxBytes) throw tooLarge(rules.label, maxBytes);
      yield bytes;
      watch.expect();
    }
    if (rules.declaredBytes !== undefined && received < rules.declaredBytes) throw mismatch(rules, received);
  } catch (error) {
    throw bodyFailure(error, rules, received);
  } finally {
    watch.stop();
    rules.done();
  }
}

/** The refusal for a body over the size cap, whether it was declared so or turned out so. */
export function tooLarge(label: string, maxBytes: number): GuardedFetchError {
  return new GuardedFetchError('too_large', {
    message: `${label}: the body is larger than ${maxBytes} bytes, which is the limit.`,
  });
}

function bodyFailure(error: unknown, rules: BodyRules, received: number): Error {
  if (rules.watch.reason !== undefined) return rules.watch.reason;
  if (error instanceof GuardedFetchError) return error;
  if (rules.declaredBytes !== undefined && received < rules.declaredBytes) return mismatch(rules, received, error);
  return new GuardedFetchError('connection', {
    message: `${rules.label}: the connection broke after ${received} bytes; the body must arrive whole.`,
    retryable: true,
    cause: error,
  });
}

function mismatch(rules: BodyRules, received: number, cause?: unknown): GuardedFetchError {
  return new GuardedFetchError('length_mismatch', {
    message: `${rules.label}: the body ended after ${received} of the ${rules.declaredBytes} bytes it declared.`,
    retryable: true,
    cause,
  });
}
