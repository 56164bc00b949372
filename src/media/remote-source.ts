import type { GuardedFetcher } from './guarded-fetch.ts';
import type { ByteSource } from './probe.ts';

/** An answer's server gives no parts, or its parts do not tell: only the whole file can. */
class NotByParts extends Error {}

interface RemoteFile {
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly idleSeconds: number;
}

/** One request brings this much at least: the headers of most files, or the index at their end. */
const PART_BYTES = 256 * 1024;
const MOST_REQUESTS = 12;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Reads a file on a stranger's server through range requests: a few of them, a few megabytes in all. Answers `whole`
 * when that is not enough or not possible. Throws GuardedFetchError, and what `use` throws.
 */
export async function withRemoteSource<T>(
  fetcher: GuardedFetcher,
  file: RemoteFile,
  use: (source: ByteSource) => Promise<T>,
): Promise<T | 'whole'> {
  try {
    return await use(await openRemote(fetcher, file));
  } catch (error) {
    if (error instanceof NotByParts) return 'whole';
    throw error;
  }
}

interface Part {
  readonly offset: number;
  readonly bytes: Buffer;
  /** Bytes of the whole file. */
  readonly total: number;
  /** Tells one version of the file from another. */
  readonly version: string;
}

async function openRemote(fetcher: GuardedFetcher, file: RemoteFile): Promise<ByteSource> {
  const until = performance.now() + file.timeoutSeconds * 1000;
  const parts: Part[] = [];
  const fetchPart = async (offset: number, length: number): Promise<Part> => {
    const taken = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (parts.length >= MOST_REQUESTS || taken + length > MOST_BYTES) throw new NotByParts();
    const timeoutSeconds = Math.max(0.001, (until - performance.now()) / 1000);
    const part = await requestPart(fetcher, { ...file, timeoutSeconds }, { offset, length });
    const [first = part] = parts;
    // The file was changed while it was read.
    if (part.total !== first.total || part.version !== first.version) throw new NotByParts();
    parts.push(part);
    return part;
  };
  const { total } = await fetchPart(0, PART_BYTES);
  return {
    size: total,
    read: async (offset, length) => {
      const part =
        parts.find((each) => covers(each, { offset, length })) ??
        (await fetchPart(offset, Math.min(Math.max(length, PART_BYTES), total - offset)));
      if (!covers(part, { offset, length })) throw new NotByParts();
      return part.bytes.subarray(offset - part.offset, offset - part.offset + length);
    },
  };
}

interface Extent {
  readonly offset: number;
  readonly length: number;
}

const covers = (part: Part, { offset, length }: Extent): boolean =>
  offset >= part.offset && offset + length <= part.offset + part.bytes.length;

async function requestPart(
  fetcher: GuardedFetcher,
  { url, timeoutSeconds, idleSeconds }: RemoteFile,
  { offset, length }: Extent,
): Promise<Part> {
  const enough = new AbortController();
  const response = await fetcher.fetch(url, {
    headers: { range: `bytes=${offset}-${offset + length - 1}` },
    timeoutSeconds,
    idleSeconds,
    signal: enough.signal,
    acceptStatus: (status) => status === 206 || status === 416 || status === 200,
  });
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(response.headers['content-range'] ?? '');
  const total = Number(range?.[2]);
  const version = response.headers['etag'] ?? response.headers['last-modified'] ?? '';
  if (response.status === 206 && Number(range?.[1]) === offset && total > 0) {
    return { offset, bytes: await upTo(length, response.body), total, version };
  }
  enough.abort();
  if (response.status === 416 && total === 0) return { offset, bytes: Buffer.alloc(0), total, version };
  throw new NotByParts();
}

/** A server may send more than it was asked for. */
async function upTo(length: number, body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}
