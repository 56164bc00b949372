import { createHmac } from 'node:crypto';

export interface SignedCallback {
  readonly url: string;
  /** GMT, as in the Date header. */
  readonly date: string;
  readonly nonce: string;
}

/** The text that Vidu signs. Source: Vidu: callback signature. */
export function signingString({ url, date, nonce }: SignedCallback): string {
  const { pathname, search } = new URL(url);
  const headers = `Date:${date}\nx-request-nonce:${nonce}\n`;
  return `POST\n${pathname}\n${search.slice(1)}\nvidu\n${date}\n${headers}`;
}

/** The headers of a callback, signed with the key that made the task. */
export function callbackHeaders(callback: SignedCallback, apiKey: string): Record<string, string> {
  return {
    Date: callback.date,
    'x-request-nonce': callback.nonce,
    'X-HMAC-SIGNED-HEADERS': 'Date;x-request-nonce',
    'X-HMAC-SIGNATURE': createHmac('sha256', apiKey).update(signingString(callback)).digest('base64'),
    'X-HMAC-ALGORITHM': 'hmac-sha256',
    'X-HMAC-ACCESS-KEY': 'vidu',
  };
}
