import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Links } from '../application/ports.ts';

const VALID_SECONDS = 24 * 3600;

/** Links that need no key: HMAC over what they open and when they end. `now` in unix seconds. */
export function hmacLinks(secret: Buffer, now: () => number): Links {
  const signatureOf = (id: bigint, variant: string, expires: string): string =>
    createHmac('sha256', secret).update(`content\n${id}\n${variant}\n${expires}`).digest('base64url');
  return {
    sign: (base, id, variant) => {
      const expiresAt = Math.floor(now()) + VALID_SECONDS;
      const query = new URLSearchParams({
        ...(variant !== 'video' && { variant }),
        expires: String(expiresAt),
        signature: signatureOf(id, variant, String(expiresAt)),
      });
      return { url: `${base}/v1/videos/task_${id}/content?${query}`, expiresAt };
    },
    verify: (id, variant, { expires, signature }) => {
      const wanted = Buffer.from(signatureOf(id, variant, expires));
      const given = Buffer.from(signature);
      if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return 'forged';
      return Number(expires) > now() ? 'valid' : 'expired';
    },
  };
}
