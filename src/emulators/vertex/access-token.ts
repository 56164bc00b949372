/** The OAuth token endpoint for service accounts (RFC 7523), and the tokens it gives. */
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../kit/refusal.ts';

const TOKEN_SECONDS = 3600;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const Header = z.object({ alg: z.literal('RS256'), typ: z.literal('JWT') });
const Claims = z.object({ iss: z.string().min(1), scope: z.string(), aud: z.url(), iat: z.int(), exp: z.int() });
const Token = z.object({ email: z.string(), expiresMs: z.number() });

const tokenRefusal = (status: number, error: string, description: string): Refusal =>
  new Refusal(status, { error, error_description: description });

function parsePart(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}

function checkSignature(assertion: string, publicKey: string): void {
  const [header, claims, signature = ''] = assertion.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const good = verify('RSA-SHA256', signed, createPublicKey(publicKey), Buffer.from(signature, 'base64url'));
  if (!good) throw tokenRefusal(400, 'invalid_grant', 'Invalid JWT Signature.');
}

/**
 * Whom a signed JWT speaks for, or throws the endpoint's refusal. The signature is verified where a key is registered. `iat`
 * is not compared with the clock: the store's clock may run faster than the signer's.
 */
function issuerOf(assertion: string, keys: ReadonlyMap<string, string>): string {
  const parts = assertion.split('.');
  const header = Header.safeParse(parsePart(parts[0]));
  const claims = Claims.safeParse(parsePart(parts[1]));
  if (parts.length !== 3 || parts[2] === '' || !header.success || !claims.success) {
    throw tokenRefusal(400, 'invalid_grant', 'Invalid JWT: it must be RS256 with iss, scope, aud, iat and exp.');
  }
  const { iss, scope, aud, iat, exp } = claims.data;
  if (exp <= iat || exp - iat > TOKEN_SECONDS) {
    throw tokenRefusal(400, 'invalid_grant', 'Invalid JWT: Token must be a short-lived token (60 minutes).');
  }
  if (!scope.split(' ').includes(SCOPE)) throw tokenRefusal(400, 'invalid_scope', 'Invalid OAuth scope.');
  if (!aud.endsWith('/token'))
    throw tokenRefusal(400, 'invalid_grant', 'Invalid JWT: the audience is not this endpoint.');
  if (iss.startsWith('bad-')) throw tokenRefusal(400, 'invalid_grant', 'Invalid grant: account not found');
  const key = keys.get(iss);
  if (key !== undefined) checkSignature(assertion, key);
  return iss;
}

/** Gives and reads access tokens. A token says whom it is for and when it ends, signed: any process can read it. */
export function createAccessTokens(secret: string, keys: ReadonlyMap<string, string>) {
  const sign = (payload: string): string => createHmac('sha256', secret).update(`token ${payload}`).digest('base64url');

  return {
    /** The answer of the token endpoint to a form body, or throws its refusal. */
    give(form: string, nowMs: number): { access_token: string; expires_in: number; token_type: string } {
      const fields = new URLSearchParams(form);
      if (fields.get('grant_type') !== GRANT) throw tokenRefusal(400, 'unsupported_grant_type', 'Invalid grant_type');
      const email = issuerOf(fields.get('assertion') ?? '', keys);
      const token = { email, expiresMs: nowMs + TOKEN_SECONDS * 1000 };
      const payload = Buffer.from(JSON.stringify(token)).toString('base64url');
      return { access_token: `ya29.${payload}.${sign(payload)}`, expires_in: TOKEN_SECONDS, token_type: 'Bearer' };
    },
    /** The service account of a token; undefined when it is not ours or has ended. */
    read(accessToken: string, nowMs: number): string | undefined {
      const [, payload = '', signature = ''] = accessToken.split('.');
      const wanted = Buffer.from(sign(payload));
      const offered = Buffer.from(signature);
      if (wanted.length !== offered.length || !timingSafeEqual(wanted, offered)) return undefined;
      const token = Token.parse(parsePart(payload));
      return nowMs < token.expiresMs ? token.email : undefined;
    },
  };
}
