import { createPrivateKey, sign } from 'node:crypto';
import { z } from 'zod';
import type { Exchange } from '../../domain/http.ts';
import type { AccessToken, KeyRefused, Unanswered } from '../../domain/provider.ts';
import { headerSecret } from '../kit/credentials.ts';
import { succeeded, unanswered, vendorWords } from '../kit/unanswered.ts';
import { vendorId } from '../kit/vendor-id.ts';

const isRsaKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

/** The JSON file of a Google service account; its other members are not needed. */
export const serviceAccount = z.object({
  project_id: vendorId,
  client_email: z.string().min(3),
  private_key: z.string().refine(isRsaKey, 'is not an RSA private key in PEM form'),
  private_key_id: z.string().min(1).optional(),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
});
export type ServiceAccount = z.infer<typeof serviceAccount>;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** The longest that Google gives. */
const LIFETIME_SECONDS = 3600;

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Google: OAuth 2.0 for service accounts, a JWT signed with RS256. */
function assertionOf(account: ServiceAccount, now: Date): string {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const header = {
    alg: 'RS256',
    typ: 'JWT',
    ...(account.private_key_id !== undefined && { kid: account.private_key_id }),
  };
  const claims = {
    iss: account.client_email,
    scope: SCOPE,
    aud: account.token_uri,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
  };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), account.private_key).toString('base64url')}`;
}

const granted = z.object({ access_token: headerSecret, expires_in: z.int().positive() });
const refused = z.object({ error: z.string().min(1), error_description: z.string().optional() });

/** Google: OAuth 2.0 errors that speak of the account or its key, as answers 400, 401 or 403. */
const KEY_ERRORS = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'account_disabled',
  'disabled_client',
  'deleted_client',
  'org_internal',
]);

/** Google: token endpoint. */
export const authorize: Exchange<{ credentials: ServiceAccount; now: Date }, AccessToken | KeyRefused | Unanswered> = {
  build: ({ credentials, now }) => ({
    method: 'POST',
    origin: 'token',
    path: '/token',
    body: {
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertionOf(credentials, now),
      },
    },
  }),

  parse(response) {
    const token = granted.safeParse(response.json);
    if (succeeded(response) && token.success)
      return { token: token.data.access_token, expiresInSeconds: token.data.expires_in };
    const words = refused.safeParse(response.json);
    const error = words.success
      ? {
          code: words.data.error,
          ...(words.data.error_description !== undefined && { message: words.data.error_description }),
        }
      : undefined;
    if (error && KEY_ERRORS.has(error.code) && [400, 401, 403].includes(response.status)) {
      return {
        state: 'refused',
        reason: `HTTP ${response.status}: ${error.code}`,
        vendor: vendorWords(response, error),
      };
    }
    return unanswered(response, { started: 'no', error });
  },
};
