import type { Caller, Keys } from './ports.ts';
import { Refusal } from './refusal.ts';

const HEADERS = { 'www-authenticate': 'Bearer' };

/** The caller behind a presented key. Only live and test keys reach generations. */
export async function authenticate(keys: Keys, presented: string | undefined): Promise<Caller> {
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

/** Enough of a key to tell which one it was, never enough to use it. */
const shown = (key: string): string => (key.length < 16 ? '(too short)' : `ending in …${key.slice(-4)}`);
