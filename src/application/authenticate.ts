import type { Caller, KeyHolder, Keys } from './ports.ts';
import { Refusal } from './refusal.ts';

const HEADERS = { 'www-authenticate': 'Bearer' };

/** A request, as far as it shows who sent it. */
export interface Presentation {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: unknown;
  /** Where it came from; behind a trusted proxy the caller's own address. */
  readonly ip: string;
}

/**
 * The key that a request carries, in any form that clients of the protocols use: `Authorization` with Bearer, Token (Vidu)
 * or Key (fal), `x-goog-api-key` or `?key=` (Google), `api-key` (Azure).
 */
export function presentedKey({ headers, query }: Presentation): string | undefined {
  const { authorization } = headers;
  const named =
    typeof authorization === 'string' ? /^(?:Bearer|Token|Key)\s+(\S+)\s*$/i.exec(authorization)?.[1] : undefined;
  const given = named ?? headers['x-goog-api-key'] ?? headers['api-key'] ?? Object(query)['key'];
  return typeof given === 'string' ? given.trim() : undefined;
}

/** The caller behind a request. Only live and test keys reach generations. */
export async function authenticate(keys: Keys, request: Presentation): Promise<Caller> {
  const holder = await holderOf(keys, request);
  if (holder.kind === 'admin') {
    throw new Refusal(
      'invalid_key',
      'This is an admin key; generations are made and read with a live (sk-live-…) or test key (sk-test-…).',
      {
        headers: HEADERS,
      },
    );
  }
  return holder;
}

/** Whoever holds the key of a request; the key is good, at this time and from this address. */
export async function holderOf(keys: Keys, request: Presentation): Promise<KeyHolder> {
  const presented = presentedKey(request);
  if (presented === undefined || presented === '') {
    throw new Refusal('invalid_key', 'No API key was sent. Send it as "Authorization: Bearer sk-…".', {
      headers: HEADERS,
    });
  }
  const holder = await keys.find(presented);
  if (!holder) {
    throw new Refusal(
      'invalid_key',
      `The API key ${shown(presented)} is not valid here. Check that it is whole, not revoked, and made by this server.`,
      {
        headers: HEADERS,
      },
    );
  }
  if (holder.isExpired === true) {
    throw new Refusal('key_expired', `The API key ${shown(presented)} has expired. Ask for a new one.`, {
      headers: HEADERS,
    });
  }
  if (holder.isFrom && !holder.isFrom(request.ip)) {
    throw new Refusal('invalid_key', `The API key ${shown(presented)} may not be used from ${request.ip}.`, {
      headers: HEADERS,
    });
  }
  return holder;
}

/** Enough of a key to tell which one it was, never enough to use it. */
const shown = (key: string): string => (key.length < 16 ? '(too short)' : `ending in …${key.slice(-4)}`);
