import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from './config.ts';
import type { Database } from './postgres/database.ts';
import { bootstrapKinds, KEY_KINDS, type KeyKind, setBootstrapKey } from './postgres/keys.ts';
import { readIfThere, writePrivate, writePrivateOnce } from './private-file.ts';

export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new ConfigError(
      `ONEREEL_DATA is ${JSON.stringify(folder)}; it must be a folder that this user can make and write in (${code}).`,
    );
  }
  await chmod(folder, 0o700).catch(() => {});
}

const secretPath = ({ dataFolder }: Pick<Config, 'dataFolder'>): string => join(dataFolder, 'secret');

/** ONEREEL_SECRET, or the one in the data folder; undefined before the first start. Throws ConfigError for an empty file. */
export async function readSecret(config: Pick<Config, 'secret' | 'dataFolder'>): Promise<string | undefined> {
  if (config.secret !== undefined) return config.secret;
  const kept = await readIfThere(secretPath(config));
  return kept === undefined ? undefined : secretIn(kept, secretPath(config));
}

/** ONEREEL_SECRET, or the one that was generated into the data folder on first use. */
export async function findSecret(config: Config): Promise<string> {
  const kept = await readSecret(config);
  if (kept !== undefined) return kept;
  const path = secretPath(config);
  return secretIn(await writePrivateOnce(path, `${randomBytes(32).toString('base64url')}\n`), path);
}

function secretIn(text: string, path: string): string {
  const secret = text.trim();
  if (secret !== '') return secret;
  throw new ConfigError(
    `${path} is empty. Restore it from a backup, or set ONEREEL_SECRET to what it held; without it vendor credentials in the database cannot be read.`,
  );
}

export const keysPath = ({ dataFolder }: Pick<Config, 'dataFolder'>): string => join(dataFolder, 'keys.json');

/**
 * The first keys: what the environment sets replaces the bootstrap key of its kind; a kind without any gets a new one.
 * Keys are written to `keys.json` and never printed.
 */
export function bootstrapKeys(config: Config, database: Database): Promise<void> {
  // Two first starts at once must end with one set of keys, the same in the file and in the database.
  return database.transaction(async (tx) => {
    await tx.query({ text: `select pg_advisory_xact_lock(hashtext('first keys'))` });
    await settleKeys(config, database);
  });
}

async function settleKeys(config: Config, database: Database): Promise<void> {
  const there = await bootstrapKinds(database);
  const path = keysPath(config);
  const kept = new Map<string, string>(Object.entries(JSON.parse((await readIfThere(path)) ?? '{}')));
  let changed = false;
  for (const kind of KEY_KINDS) {
    const key = config.keys[kind] ?? (there.has(kind) ? undefined : newKey(kind));
    if (key === undefined) continue;
    await setBootstrapKey(database, kind, key);
    changed ||= kept.get(kind) !== key;
    kept.set(kind, key);
  }
  if (changed) await writePrivate(path, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}

export const newKey = (kind: KeyKind): string => `sk-${kind}-${randomBytes(24).toString('base64url')}`;
