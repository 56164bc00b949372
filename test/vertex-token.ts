import { generateKeyPairSync, sign } from 'node:crypto';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The public key that belongs to every assertion made here, as PEM. */
export const vertexPublicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The form body with which a service account asks for a token; claims may be replaced. */
export function tokenForm(claims: object = {}, header: object = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const signed = [
    part({ alg: 'RS256', typ: 'JWT', ...header }),
    part({
      iss: 'tester@project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://oauth2.googleapis.com/token',
      iat,
      exp: iat + 3600,
      ...claims,
    }),
  ].join('.');
  const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url');
  const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return new URLSearchParams({ grant_type: grant, assertion: `${signed}.${signature}` }).toString();
}

/** Asks the emulator for a token; gives status and body. */
export async function askToken(url: string, form: string) {
  const response = await fetch(`${url}/vertex/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: looked into by tests
  return { status: response.status, body: (await response.json()) as any };
}

/** A usable Authorization header. */
export async function vertexBearer(url: string, claims: object = {}): Promise<string> {
  return `Bearer ${(await askToken(url, tokenForm(claims))).body.access_token}`;
}
