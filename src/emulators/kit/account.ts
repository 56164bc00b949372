import { createHash } from 'node:crypto';

/** The account behind a key: a short hash, so that no key is stored. */
export const accountOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

/** Keys that every emulator refuses with the vendor's 401. */
export const isBadKey = (key: string): boolean => key === '' || key.startsWith('bad-');

/** The rest of an Authorization header after its scheme word; undefined when it has another scheme. */
export function credentialOf(header: string | undefined, scheme: 'Token' | 'Bearer'): string | undefined {
  const [word, ...rest] = (header ?? '').split(' ');
  return word === scheme ? rest.join(' ').trim() : undefined;
}
