import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentity } from './postgres/embedded/process.ts';

/** A gateway that serves on a data folder, as it says of itself. */
export interface RecordedServer {
  readonly pid: number;
  readonly url: string;
}

/** `identity` tells the process from a later one that was given the same pid. */
const record = z.object({ pid: z.int().positive(), identity: z.string(), url: z.url() });

const pathOf = (dataFolder: string): string => join(dataFolder, 'server.json');

/**
 * Writes `<data>/server.json`, so that commands find this gateway. Of two on one folder the later one stands there.
 * Answers what takes it away again, unless another gateway has taken its place.
 */
export async function recordServer(dataFolder: string, url: string): Promise<() => Promise<void>> {
  const path = pathOf(dataFolder);
  const mine = { pid: process.pid, identity: (await processIdentity(process.pid)) ?? '', url };
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(mine, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
  return async () => {
    const now = await read(path);
    if (now?.pid === mine.pid && now.identity === mine.identity) await rm(path, { force: true });
  };
}

/** The gateway that serves on a data folder; undefined when there is none, or it died without removing its record. */
export async function findRecordedServer(dataFolder: string): Promise<RecordedServer | undefined> {
  const found = await read(pathOf(dataFolder));
  if (found === undefined || (await processIdentity(found.pid)) !== found.identity) return undefined;
  return { pid: found.pid, url: found.url };
}

async function read(path: string): Promise<z.infer<typeof record> | undefined> {
  try {
    return record.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined; // missing, or not written by us: then nobody is there
  }
}
