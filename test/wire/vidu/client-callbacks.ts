/** The receiving side of Vidu's callbacks, written from "Callback signature". */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Creations, creationsSchema } from './client-schemas.ts';

interface CallbackRequest {
  readonly method: string;
  /** Path with its query, as it was called. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The string that is signed: it ends with a newline, and the body is no part of it. */
export function signingString({ method, url, headers }: Omit<CallbackRequest, 'body'>): string {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const signed = header(headers, 'x-hmac-signed-headers')
    .split(';')
    .map((name) => `${name}:${header(headers, name)}\n`);
  return [
    method,
    path || '/',
    query,
    header(headers, 'x-hmac-access-key'),
    header(headers, 'date'),
    signed.join(''),
  ].join('\n');
}

/** The value of X-HMAC-SIGNATURE. */
export const signatureOf = (request: Omit<CallbackRequest, 'body'>, key: string): string =>
  createHmac('sha256', key).update(signingString(request)).digest('base64');

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name.toLowerCase()];
  if (typeof value !== 'string' || value === '') throw new Error(`the header ${name} is missing`);
  return value;
}

export interface CallbackVerifier {
  /** The task as the callback tells it. Throws for a bad signature, an old or future Date, and a nonce seen before. */
  verify(request: CallbackRequest, at?: Date): Creations;
}

/** Verifies what is called back for tasks that `key` created. */
export function openCallbackVerifier(key: string, mostSecondsApart = 300): CallbackVerifier {
  const nonces = new Set<string>();
  return {
    verify(request, at = new Date()) {
      const { method, headers, body } = request;
      if (method !== 'POST') throw new Error(`called with ${method}`);
      if (header(headers, 'x-hmac-algorithm') !== 'hmac-sha256') throw new Error('another algorithm');
      if (header(headers, 'x-hmac-access-key') !== 'vidu') throw new Error('another access key');
      if (header(headers, 'x-hmac-signed-headers') !== 'Date;x-request-nonce')
        throw new Error('other headers are signed');
      const [wanted, given] = [signatureOf(request, key), header(headers, 'x-hmac-signature')].map((text) =>
        Buffer.from(text, 'base64'),
      );
      if (!wanted || !given || wanted.length !== given.length || !timingSafeEqual(wanted, given)) {
        throw new Error('the signature is wrong');
      }
      const date = header(headers, 'date');
      if (new Date(date).toUTCString() !== date) throw new Error(`Date is not in the form of HTTP: ${date}`);
      const secondsApart = Math.abs(at.getTime() - Date.parse(date)) / 1000;
      if (secondsApart > mostSecondsApart) throw new Error(`the Date is ${secondsApart} s off`);
      const nonce = header(headers, 'x-request-nonce');
      if (nonces.has(nonce)) throw new Error('the nonce was used before');
      nonces.add(nonce);
      return creationsSchema.parse(JSON.parse(body));
    },
  };
}

/** A server on loopback that takes callbacks. */
export interface CallbackReceiver {
  readonly url: string;
  /** For ONEREEL_FETCH_ALLOW. */
  readonly hostPort: string;
  readonly received: readonly CallbackRequest[];
  /** The same receiver; here it answers 500 to a task that failed. */
  readonly refusingUrl: string;
  close(): Promise<void>;
}

const REFUSING = '/refusing';

export async function startCallbackReceiver(): Promise<CallbackReceiver> {
  const received: CallbackRequest[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      const isRefused = request.url === REFUSING && body.includes('"failed"');
      response.writeHead(isRefused ? 500 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has a port
  return {
    url: `http://${hostPort}/vidu/callback?name=james&age=36`,
    hostPort,
    received,
    refusingUrl: `http://${hostPort}${REFUSING}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
