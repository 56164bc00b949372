import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllowed } from './allowed-places.ts';
import { type FetchTarget, parseTarget } from './fetch-target.ts';
import { GuardedFetchError, type GuardedFetcher } from './guarded-fetch.ts';
import { isPublicAddress } from './public-address.ts';

const TIMEOUT_SECONDS = 15;
/** What a receiver says besides the status is of no use; a short answer is heard out, so that it sees no broken line. */
const MOST_ANSWER_BYTES = 64 * 1024;
const ANSWER_SECONDS = 1;

export interface CallbackPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Posts to an address that a caller gave, guarded, redirects not followed. Answers the status of the first answer; throws
 * GuardedFetchError when none came.
 */
export const postCallback =
  (fetcher: GuardedFetcher) =>
  async (url: string, { headers, body }: CallbackPost): Promise<number> => {
    const heard = new AbortController();
    let status: number | undefined;
    try {
      const response = await fetcher.fetch(url, {
        method: 'POST',
        headers,
        body: Buffer.from(body),
        maxRedirects: 0,
        timeoutSeconds: TIMEOUT_SECONDS,
        idleSeconds: TIMEOUT_SECONDS,
        signal: heard.signal,
        acceptStatus: (seen) => {
          status = seen;
          return true;
        },
      });
      await Promise.race([hearOut(response.body), sleep(ANSWER_SECONDS * 1000, undefined, { ref: false })]);
      return response.status;
    } catch (error) {
      // The status is the whole answer: a body of odd length or coding changes nothing.
      if (status === undefined) throw error;
      return status;
    } finally {
      heard.abort();
    }
  };

async function hearOut(body: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > MOST_ANSWER_BYTES) return;
    }
  } catch {
    // Nobody reads it.
  }
}

/**
 * Why an address cannot be called back, as far as it shows without looking its name up: not http or https, a user name in
 * it, or a private place. `allow` has the exceptions of ONEREEL_FETCH_ALLOW.
 */
export function callbackProblem(url: string, allow: readonly string[]): string | undefined {
  try {
    const target = parseTarget(url);
    if (!isPrivate(target) || parseAllowed(allow).has(`${target.host}:${target.port}`)) return undefined;
    return `${target.label}: its address is not a public one; only public internet addresses are called back.`;
  } catch (error) {
    if (error instanceof GuardedFetchError) return error.message;
    throw error;
  }
}

const isPrivate = ({ host }: FetchTarget): boolean =>
  isIP(host) === 0 ? /^(?:.+\.)?localhost\.?$/.test(host) : !isPublicAddress(host);
