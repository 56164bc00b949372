import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';

/** Readable by its owner only. */
const PRIVATE_FILE = 0o600;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/** Whole or not at all, also after a power cut. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await rename(await draftOf(path, text), path);
}

/** Of several writers at once the first one's text stands, whole; answers what stands. */
export async function writePrivateOnce(path: string, text: string): Promise<string> {
  const draft = await draftOf(path, text);
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

async function draftOf(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', PRIVATE_FILE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
