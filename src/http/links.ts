import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Links } from '../application/ports.ts';

const VALID_SECONDS = 24 * 3600;

/** Links that need no key: HMAC over what they open and when they end. `now` in unix seconds. */
export function hmacLinks(secret: Buffer, now: () => number): Links {
  const signatureOf = (what: string, expires: string): string =>
    createHmac('sha256', secret).update(`${what}\n${expires}`).digest('base64url');
  const signed = (what: string) => {
    const expiresAt = Math.floor(now()) + VALID_SECONDS;
    return { expiresAt, members: { expires: String(expiresAt), signature: signatureOf(what, String(expiresAt)) } };
  };
  const verdict = (what: string, { expires, signature }: { readonly expires: string; readonly signature: string }) => {
    const wanted = Buffer.from(signatureOf(what, expires));
    const given = Buffer.from(signature);
    if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return 'forged';
    return Number(expires) > now() ? 'valid' : 'expired';
  };
  const content = (id: bigint, variant: string): string => `content\n${id}\n${variant}`;
  const input = (id: bigint): string => `input\n${id}`;
  return {
    sign: (base, id, variant) => {
      const { expiresAt, members } = signed(content(id, variant));
      const query = new URLSearchParams({ ...(variant !== 'video' && { variant }), ...members });
      return { url: `${base}/v1/videos/task_${id}/content?${query}`, expiresAt };
    },
    verify: (id, variant, query) => verdict(content(id, variant), query),
    signInput: (base, id) => `${base}/v1/inputs/${id}?${new URLSearchParams(signed(input(id)).members)}`,
    verifyInput: (id, query) => verdict(input(id), query),
  };
}
