import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CliError, EXIT } from './cli-error.ts';
import type { Settings } from './settings.ts';

/** A key and where it was found, so that a refusal can say it. */
export interface FoundKey {
  readonly key: string;
  readonly origin: string;
}

const file = z.looseObject({ admin: z.string().optional(), test: z.string().optional(), live: z.string().optional() });

/** The key of a kind: the environment's, else the one in the data folder's keys file. Throws CliError without one. */
export async function findKey({ keys, keysPath }: Settings, kind: 'admin' | 'test' | 'live'): Promise<FoundKey> {
  const variable = `ONEREEL_${kind.toUpperCase()}_KEY`;
  const set = keys[kind];
  if (set !== undefined) return { key: set, origin: variable };
  const kept = await readKeys(keysPath);
  const key = kept?.[kind];
  if (key !== undefined) return { key, origin: keysPath };
  throw new CliError(
    EXIT.refused,
    `There is no ${kind} key: ${keysPath} ${kept ? 'has none' : 'does not exist or cannot be read'}. Set ${variable} to a ${kind} key of that server.`,
    { code: 'no_key' },
  );
}

async function readKeys(path: string): Promise<z.infer<typeof file> | undefined> {
  try {
    return file.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
