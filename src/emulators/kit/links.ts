import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link opens: one file of one task. */
export interface LinkTarget {
  readonly vendor: string;
  readonly id: string;
  readonly file: string;
}

export type LinkVerdict = 'good' | 'expired' | 'forged';

/** Signed links that expire on the store's clock. Any process with the same secret makes and checks them. */
export function createLinks(secret: string) {
  const sign = (target: LinkTarget, expiresMs: number): string =>
    createHmac('sha256', secret).update([target.vendor, target.id, target.file, expiresMs].join('\n')).digest('hex');

  return {
    /** `base` is the emulator's own address with its prefix. */
    url(target: LinkTarget, { base, expiresMs }: { readonly base: string; readonly expiresMs: number }): string {
      const path = `${base}/files/${encodeURIComponent(target.id)}/${target.file}`;
      return `${path}?Expires=${expiresMs}&Signature=${sign(target, expiresMs)}`;
    },
    check(
      target: LinkTarget,
      given: { readonly expires: string; readonly signature: string; readonly nowMs: number },
    ): LinkVerdict {
      const expiresMs = Number(given.expires);
      const wanted = Buffer.from(sign(target, expiresMs));
      const offered = Buffer.from(given.signature);
      if (wanted.length !== offered.length || !timingSafeEqual(wanted, offered)) return 'forged';
      return given.nowMs >= expiresMs ? 'expired' : 'good';
    },
  };
}
export type Links = ReturnType<typeof createLinks>;
