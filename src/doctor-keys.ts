import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { keysPath } from './bootstrap.ts';
import type { Finding } from './cli/findings.ts';
import type { Config } from './config.ts';
import type { Database } from './postgres/database.ts';
import { bootstrapKinds, KEY_KINDS, keysOf } from './postgres/keys.ts';

const NAME = 'keys';
const keysFile = z.record(z.string(), z.string());

/** The keys file: whether it is there, private, and of this database (where that can be asked). */
export async function keysFinding(config: Config, database: Database | undefined): Promise<Finding> {
  const path = keysPath(config);
  const found = await stat(path).catch(() => undefined);
  if (!found) return missing(path, database);
  const keys = await readKeys(path);
  if (!keys)
    return {
      name: NAME,
      state: 'failed',
      message: `${path} cannot be read as keys`,
      fix: 'Restore it, or set ONEREEL_ADMIN_KEY, ONEREEL_LIVE_KEY and ONEREEL_TEST_KEY and remove it.',
    };
  const strangers = database ? await notIn(database, keys) : [];
  if (strangers.length > 0)
    return {
      name: NAME,
      state: 'failed',
      message: `${path}: this database does not know the ${strangers.join(' and ')} key`,
      fix: `Set ${strangers.map(variable).join(' and ')} to keys of your own; they replace the first ones.`,
    };
  if ((found.mode & 0o077) !== 0)
    return {
      name: NAME,
      state: 'warning',
      message: `${path} can be read by other users`,
      fix: `chmod 600 ${path}`,
    };
  return { name: NAME, state: 'ok', message: `${Object.keys(keys).join(', ')} in ${path}` };
}

const variable = (kind: string): string => `ONEREEL_${kind.toUpperCase()}_KEY`;

/** A fresh database gets keys at the first start; one that has some keeps them to itself. */
async function missing(path: string, database: Database | undefined): Promise<Finding> {
  const kinds = database ? [...(await bootstrapKinds(database))] : [];
  if (kinds.length === 0) return { name: NAME, state: 'ok', message: `${path}, made at the first start` };
  return {
    name: NAME,
    state: 'warning',
    message: `${path} is missing, and the keys of this database are in use`,
    fix: `Restore it, or set ${KEY_KINDS.map(variable).join(', ')} to keys of your own; they replace the first ones.`,
  };
}

async function readKeys(path: string): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return keysFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

async function notIn(database: Database, keys: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const known = keysOf(database, Date.now);
  const strangers: string[] = [];
  for (const [kind, key] of Object.entries(keys)) if (!(await known.find(key))) strangers.push(kind);
  return strangers;
}
