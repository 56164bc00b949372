import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.ts';

/** The database belongs to another secret; the message says what to do. */
export class SecretMismatch extends Error {}

/** Seals what must not stand in the clear: AES-256-GCM under a key derived from ONEREEL_SECRET. */
export interface Vault {
  seal(plain: Uint8Array): Buffer;
  open(sealed: Uint8Array): Buffer;
}

export interface Installation {
  readonly id: string;
  readonly storageMarker: string;
  /** Key of the HMAC in links. */
  readonly linkSecret: Buffer;
  readonly vault: Vault;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

function openVault(secret: string): Vault {
  const key = Buffer.from(hkdfSync('sha256', secret, 'onereel', 'vault', 32));
  return {
    seal: (plain) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open: (sealed) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}

interface InstallationRow extends Record<string, unknown> {
  id: string;
  secret_check: Buffer;
  storage_marker: string;
  link_secret: Buffer;
}

/** Reads the installation's facts, making them on first use. Refuses a secret other than the one it was made with. */
export async function openInstallation(database: Database, secret: string): Promise<Installation> {
  const vault = openVault(secret);
  const check = createHmac('sha256', secret).update('onereel secret check').digest();
  await database.query({
    text: `insert into installation (secret_check, storage_marker, link_secret) values ($1, $2, $3) on conflict do nothing`,
    values: [check, randomBytes(16).toString('hex'), vault.seal(randomBytes(32))],
  });
  const [row] = await database.query<InstallationRow>({
    text: 'select id, secret_check, storage_marker, link_secret from installation',
  });
  if (!row || row.secret_check.length !== check.length || !timingSafeEqual(row.secret_check, check)) {
    throw new SecretMismatch(
      'This database was set up with another secret: vendor credentials in it cannot be read. Set ONEREEL_SECRET to the one it was set up with (or restore the file "secret" of that data folder).',
    );
  }
  return { id: row.id, storageMarker: row.storage_marker, linkSecret: vault.open(row.link_secret), vault };
}
