import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageWish, InputRows, Media, MediaFact, MediaRefusal, Scope, StoredInput } from '../application/ports.ts';
import type { DiskStorage } from './disk-storage.ts';
import type { GuardedFetcher } from './guarded-fetch.ts';
import { GuardedFetchError } from './guarded-fetch-error.ts';
import { facing } from './media-fact.ts';
import { probe, probeFile } from './probe.ts';
import { withRemoteSource } from './remote-source.ts';

export interface InputParts {
  readonly storage: DiskStorage;
  readonly fetcher: GuardedFetcher;
  readonly inputs: InputRows;
  /** Makes another picture of one, as a file. */
  readonly convert: (job: {
    readonly from: string;
    readonly to: string;
    readonly wish: ImageWish;
  }) => Promise<'done' | { readonly reason: string }>;
  /** What lies behind an address of our own; undefined for everybody else's. */
  readonly ownFile: (url: string) => Promise<{ readonly storageKey: string } | MediaRefusal | undefined>;
  /** Limits of one fetch, for tests. */
  readonly patience?: { readonly seconds: number; readonly idleSeconds: number };
}

const PATIENCE = { seconds: 60, idleSeconds: 15 };
/** Of what may be larger, for slower lines. */
const LARGE = { bytes: 64_000_000, seconds: 120 };

type InputMedia = Pick<Media, 'keepInput' | 'look' | 'measure' | 'convertImage' | 'readBase64'>;

/** Inputs: fetched or decoded, looked at, kept once per project, converted. */
export function inputFiles(parts: InputParts): InputMedia {
  const { storage } = parts;
  return {
    keepInput: (scope, { url }, { maxBytes }) =>
      arriving(parts, scope, async (arrivalKey) => {
        const own = await parts.ownFile(url);
        if (own === undefined) return takeIn(parts, { url, maxBytes, arrivalKey });
        if ('refused' in own) return own;
        const wrong = await ownMisfit(parts, own.storageKey, maxBytes);
        if (wrong) return wrong;
        const { sha256 } = await storage.write(arrivalKey, storage.read(own.storageKey));
        return { sha256, isOurs: true };
      }),
    // What is ours lies on this disk: it is kept, and looked at there.
    look: async (url, limits) => ((await parts.ownFile(url)) === undefined ? look(parts, { url, ...limits }) : 'whole'),
    measure: (url, limits) => measure(parts, { url, ...limits }),
    convertImage: (scope, stored, wish) =>
      arriving(parts, scope, async (arrivalKey) => {
        const { width = 0, height = 0 } = stored.facts;
        if (width * height > MOST_DECODED_PIXELS) return tooManyPixels(width * height);
        const made = join(storage.spoolFolder, `${randomUUID()}.converted`);
        const outcome = await parts.convert({ from: storage.localPath(stored.storageKey), to: made, wish });
        if (outcome !== 'done') return { refused: 'invalid', reason: outcome.reason };
        return storage.adopt(arrivalKey, made);
      }),
    readBase64: async (storageKey) =>
      (await storage.size(storageKey)) === undefined
        ? undefined
        : (await readFile(storage.localPath(storageKey))).toString('base64'),
  };
}

/** One of this size takes half a gigabyte to turn. */
const MOST_DECODED_PIXELS = 120_000_000;

const tooManyPixels = (pixels: number): MediaRefusal => ({
  refused: 'invalid',
  reason: `it has ${pixels} pixels; at most ${MOST_DECODED_PIXELS} are decoded.`,
});

const tooLarge = (bytes: number, maxBytes: number): MediaRefusal => ({
  refused: 'invalid',
  reason: `it has ${bytes} bytes; at most ${maxBytes} are allowed.`,
});

type Arrival = { readonly sha256: string; readonly isOurs?: true } | MediaRefusal;

/** Files what `bring` puts under a key that nobody else has; nothing is left behind. */
async function arriving(
  parts: InputParts,
  scope: Scope,
  bring: (arrivalKey: string) => Promise<Arrival>,
): Promise<StoredInput | MediaRefusal> {
  const arrivalKey = `inputs/arriving/${randomUUID()}`;
  try {
    const arrived = await bring(arrivalKey);
    if ('refused' in arrived) return arrived;
    const filed = await fileInput(parts, { scope, arrivalKey, sha256: arrived.sha256 });
    return 'refused' in filed || arrived.isOurs === undefined ? filed : { ...filed, isOurs: true };
  } finally {
    await parts.storage.remove(arrivalKey);
  }
}

/** A file of ours may be erased, or too large for what it is to be used as. */
async function ownMisfit(
  { storage }: InputParts,
  storageKey: string,
  maxBytes: number,
): Promise<MediaRefusal | undefined> {
  const bytes = await storage.size(storageKey);
  if (bytes === undefined) return { refused: 'unreachable', reason: 'its file is not kept here any more.' };
  return bytes > maxBytes ? tooLarge(bytes, maxBytes) : undefined;
}

type Measured = { readonly facts: MediaFact } | MediaRefusal;

/** What an input is, wherever it lies; nothing of it stays. */
async function measure(
  parts: InputParts,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
): Promise<Measured> {
  const { storage } = parts;
  const own = await parts.ownFile(url);
  if (own && 'refused' in own) return own;
  if (own) return (await ownMisfit(parts, own.storageKey, maxBytes)) ?? factsAt(storage.localPath(own.storageKey));
  const seen = /^https?:/i.test(url) ? await look(parts, { url, maxBytes }) : 'whole';
  if (seen !== 'whole') return seen;
  const arrivalKey = `inputs/arriving/${randomUUID()}`;
  try {
    const arrived = await takeIn(parts, { url, maxBytes, arrivalKey });
    return 'refused' in arrived ? arrived : await factsAt(storage.localPath(arrivalKey));
  } finally {
    await storage.remove(arrivalKey);
  }
}

async function factsAt(path: string): Promise<Measured> {
  const facts = await facing(() => probeFile(path));
  return 'reason' in facts ? { refused: 'invalid', reason: `${facts.reason}.` } : { facts: facts.fact };
}

/** Streams an input to disk: memory stays constant whatever its size. */
async function takeIn(
  { storage, fetcher, patience }: InputParts,
  { url, maxBytes, arrivalKey }: { readonly url: string; readonly maxBytes: number; readonly arrivalKey: string },
): Promise<Arrival> {
  if (url.startsWith('data:')) {
    const decoded = readDataUri(url, maxBytes);
    if ('refused' in decoded) return decoded;
    return storage.write(arrivalKey, once(decoded.bytes));
  }
  return facingServer(async () => {
    const response = await fetcher.fetch(url, { maxBytes, ...limitsOf(patience, maxBytes) });
    return storage.write(arrivalKey, response.body);
  });
}

function limitsOf(patience = PATIENCE, maxBytes = 0) {
  const seconds = patience === PATIENCE && maxBytes > LARGE.bytes ? LARGE.seconds : patience.seconds;
  return { timeoutSeconds: seconds, idleSeconds: patience.idleSeconds };
}

async function facingServer<T>(fetching: () => Promise<T>): Promise<T | MediaRefusal> {
  try {
    return await fetching();
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
  return bytes.length > maxBytes ? tooLarge(bytes.length, maxBytes) : { bytes };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/**
 * Checks what arrived and keeps it under its hash: equal bytes of a project are kept once. The row comes first: whoever
 * forgets an unused input holds its row until the bytes are gone, so what is looked for after the row stays.
 */
export async function fileInput(
  { storage, inputs }: Pick<InputParts, 'storage' | 'inputs'>,
  { scope, arrivalKey, sha256 }: { readonly scope: Scope; readonly arrivalKey: string; readonly sha256: string },
): Promise<StoredInput | MediaRefusal> {
  const seen = await factsAt(storage.localPath(arrivalKey));
  if ('refused' in seen) return seen;
  const { facts } = seen;
  const storageKey = `inputs/${scope.projectId}/${scope.livemode ? 'live' : 'test'}/${sha256}`;
  const id = await inputs.put(scope, { sha256, storageKey, facts });
  if ((await storage.size(storageKey)) !== facts.bytes) await storage.adopt(storageKey, storage.localPath(arrivalKey));
  return { id, storageKey, facts };
}

/** What lies at a public address, by parts of it. */
function look(
  parts: InputParts,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
): ReturnType<Media['look']> {
  return facingServer(async () =>
    withRemoteSource(parts.fetcher, { url, ...limitsOf(parts.patience) }, async (source) => {
      if (source.size > maxBytes) return tooLarge(source.size, maxBytes);
      const facts = await facing(() => probe(source));
      const seen: { readonly facts: MediaFact } | MediaRefusal =
        'reason' in facts ? { refused: 'invalid', reason: `${facts.reason}.` } : { facts: facts.fact };
      return seen;
    }),
  );
}
