import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { InputRows, Media, MediaFact, MediaRefusal, Scope, StoredInput } from '../application/ports.ts';
import type { DiskStorage, StoredObject } from './disk-storage.ts';
import type { GuardedFetcher } from './guarded-fetch.ts';
import { GuardedFetchError } from './guarded-fetch-error.ts';
import { keepOutputs } from './keep-output.ts';
import { type MediaFacts, ProbeError, probeFile } from './probe.ts';

export interface MediaParts {
  readonly storage: DiskStorage;
  readonly fetcher: GuardedFetcher;
  readonly inputs: InputRows;
}

const INPUT_SECONDS = 60;

/** Files: inputs that were given, outputs that are kept. */
export function openMedia({ storage, fetcher, inputs }: MediaParts): Media {
  return {
    keepInput: async (scope, { url }, { maxBytes }) => {
      const arrivalKey = `inputs/arriving/${randomUUID()}`;
      const arrived = await takeIn({ storage, fetcher }, { url, maxBytes, arrivalKey });
      if ('refused' in arrived) return arrived;
      try {
        return await fileInput({ storage, inputs }, { scope, arrivalKey, sha256: arrived.sha256 });
      } finally {
        await storage.remove(arrivalKey);
      }
    },
    readBase64: async (storageKey) =>
      (await storage.size(storageKey)) === undefined
        ? undefined
        : (await readFile(storage.localPath(storageKey))).toString('base64'),
    ...keepOutputs({ storage }),
    probe: async (storageKey) => {
      const facts = await facing(() => probeFile(storage.localPath(storageKey)));
      return 'reason' in facts ? { refused: facts.reason } : facts.fact;
    },
    remove: (storageKey) => storage.remove(storageKey),
    freeBytes: () => storage.freeBytes(),
  };
}

/** Streams an input to disk, hashing it on the way: memory stays constant whatever its size. */
async function takeIn(
  { storage, fetcher }: Pick<MediaParts, 'storage' | 'fetcher'>,
  { url, maxBytes, arrivalKey }: { readonly url: string; readonly maxBytes: number; readonly arrivalKey: string },
): Promise<StoredObject | MediaRefusal> {
  if (url.startsWith('data:')) {
    const decoded = readDataUri(url, maxBytes);
    return 'refused' in decoded ? decoded : storage.write(arrivalKey, once(decoded.bytes));
  }
  try {
    const response = await fetcher.fetch(url, { maxBytes, timeoutSeconds: INPUT_SECONDS });
    return await storage.write(arrivalKey, response.body);
  } catch (error) {
    if (error instanceof GuardedFetchError) return { refused: 'unreachable', reason: error.message };
    throw error;
  }
}

function readDataUri(url: string, maxBytes: number): { readonly bytes: Buffer } | MediaRefusal {
  const base64 = url.slice(url.indexOf(',') + 1).replaceAll(/\s/g, '');
  if (base64.length % 4 === 1 || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64))
    return { refused: 'invalid', reason: 'its data URI is not valid base64.' };
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length > maxBytes
    ? { refused: 'invalid', reason: `it has ${bytes.length} bytes; at most ${maxBytes} are allowed.` }
    : { bytes };
}

/**
 * Checks what arrived and keeps it under its hash: equal bytes of a project are kept once. The row comes first: whoever
 * forgets an unused input holds its row until the bytes are gone, so what is looked for after the row stays.
 */
export async function fileInput(
  { storage, inputs }: Pick<MediaParts, 'storage' | 'inputs'>,
  { scope, arrivalKey, sha256 }: { readonly scope: Scope; readonly arrivalKey: string; readonly sha256: string },
): Promise<StoredInput | MediaRefusal> {
  const facts = await facing(() => probeFile(storage.localPath(arrivalKey)));
  if ('reason' in facts) return { refused: 'invalid', reason: `${facts.reason}.` };
  const storageKey = `inputs/${scope.projectId}/${scope.livemode ? 'live' : 'test'}/${sha256}`;
  const id = await inputs.put(scope, { sha256, storageKey, facts: facts.fact });
  if ((await storage.size(storageKey)) !== facts.fact.bytes)
    await storage.adopt(storageKey, storage.localPath(arrivalKey));
  return { id, storageKey, facts: facts.fact };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

async function facing(
  look: () => Promise<MediaFacts>,
): Promise<{ readonly fact: MediaFact } | { readonly reason: string }> {
  try {
    return { fact: factOf(await look()) };
  } catch (error) {
    if (error instanceof ProbeError) return { reason: error.message.replace(/\.$/, '') };
    throw error;
  }
}

function factOf(facts: MediaFacts): MediaFact {
  const { kind, mediaType, bytes } = facts;
  switch (facts.kind) {
    case 'image':
      return { kind, mediaType, bytes, width: facts.width, height: facts.height };
    case 'video':
      return {
        kind,
        mediaType,
        bytes,
        width: facts.width,
        height: facts.height,
        seconds: facts.seconds,
        fps: facts.fps,
        audio: facts.audio,
      };
    case 'audio':
      return { kind, mediaType, bytes, seconds: facts.seconds };
  }
}
