import type { FetchTarget } from './fetch-target.ts';
import { GuardedFetchError } from './guarded-fetch-error.ts';

/** A compressed body could unfold without limit, and its length says nothing. We asked for none. */
export function refuseEncoding(target: FetchTarget, headers: Record<string, string>): void {
  const content = headers['content-encoding']?.trim().toLowerCase() ?? '';
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? '';
  const found =
    content !== '' && content !== 'identity' ? content : transfer !== '' && transfer !== 'chunked' ? transfer : '';
  if (found === '') return;
  throw new GuardedFetchError('encoding', {
    message: `${target.label}: the body is encoded as "${found.slice(0, 40)}"; only unencoded bodies are read.`,
  });
}

/** The answer's status is not one that the caller takes. */
export function statusError(target: FetchTarget, status: number): GuardedFetchError {
  return new GuardedFetchError('http_status', {
    message: `${target.label}: the server answered ${status}; it must answer with the content itself.`,
    status,
    retryable: status === 408 || status === 425 || status === 429 || status >= 500,
  });
}

/** The redirect that would be one too many. */
export function tooManyRedirects(target: FetchTarget, maxRedirects: number): GuardedFetchError {
  const allowed = maxRedirects === 0 ? 'none is followed here' : `at most ${maxRedirects} are followed`;
  return new GuardedFetchError('too_many_redirects', { message: `${target.label}: redirects once more; ${allowed}.` });
}

/** What a socket can say that may be different next time; a bad certificate will not be. */
const passing = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|UND_ERR_SOCKET|UND_ERR_CONNECT)/;

/** Turns what a socket or the HTTP parser threw into a refusal; refusals pass. */
export function connectionError(target: FetchTarget, error: unknown): Error {
  if (error instanceof GuardedFetchError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  const refusal = code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT' ? 'timed_out' : 'connection';
  return new GuardedFetchError(refusal, {
    message: `${target.label}: no HTTP answer could be had (${code}); the server must be reachable and speak HTTP.`,
    retryable: passing.test(code),
    cause: error,
  });
}

/** The fetcher was closed. */
export function closedError(): GuardedFetchError {
  const message = 'Nothing more is fetched: this process is stopping.';
  return new GuardedFetchError('connection', { message, retryable: true });
}
