import { createHmac } from 'node:crypto';

interface SignedCall {
  /** As it is posted. */
  readonly url: string;
  readonly at: Date;
  /** Another one at every call. */
  readonly nonce: string;
  /** The API key that created the task. */
  readonly secret: string;
}

const ACCESS_KEY = 'vidu';
const DATE = 'Date';
const NONCE = 'x-request-nonce';

/** The headers of a callback, all that is signed among them; the body is not (Vidu: callback signature). */
export function callbackHeaders(call: SignedCall): Readonly<Record<string, string>> {
  const signed = { [DATE]: call.at.toUTCString(), [NONCE]: call.nonce };
  return {
    ...signed,
    'X-HMAC-SIGNED-HEADERS': Object.keys(signed).join(';'),
    'X-HMAC-SIGNATURE': createHmac('sha256', call.secret).update(signingString(call)).digest('base64'),
    'X-HMAC-ALGORITHM': 'hmac-sha256',
    'X-HMAC-ACCESS-KEY': ACCESS_KEY,
  };
}

/** Method, path, query without its question mark, access key, date, then the signed headers, each on a line of its own. */
export function signingString({ url, at, nonce }: Omit<SignedCall, 'secret'>): string {
  const { pathname, search } = new URL(url);
  const date = at.toUTCString();
  const lines = ['POST', pathname, search.slice(1), ACCESS_KEY, date, `${DATE}:${date}`, `${NONCE}:${nonce}`];
  return lines.map((line) => `${line}\n`).join('');
}
