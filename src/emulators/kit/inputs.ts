import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeDataUri } from './data-uri.ts';
import type { FetchMedia, MediaFacts, StudioInput } from './ports.ts';
import type { KeptInput } from './task.ts';

/** An input as taken: what it is, and how it is kept. */
export interface TakenInput {
  readonly facts: MediaFacts;
  readonly kept: KeptInput;
}

/** Why an input was not taken: it could not be had, or it is no media that we know. The vendor words it. */
export class InputError extends Error {
  readonly reason: 'unreachable' | 'not_media';

  constructor(reason: 'unreachable' | 'not_media', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.reason = reason;
  }
}

const KEPT_DAYS = 8;

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function move(from: string, to: string): Promise<void> {
  // Another disk refuses a rename; the copy gets its name only when it is whole.
  await rename(from, to).catch(async () => {
    const whole = `${to}.${randomUUID()}`;
    await copyFile(from, whole);
    await rename(whole, to);
    await rm(from, { force: true });
  });
}

export interface InputsOptions {
  readonly folder: string;
  readonly fetchMedia: FetchMedia;
  readonly probeMedia: (path: string) => Promise<MediaFacts>;
  readonly realNow: () => number;
}

/**
 * The media that requests bring, kept in a folder under their hash, so that any process on this machine can render
 * again. What came by URL is fetched again when its file is gone; what came as bytes is then lost.
 */
export function createInputs({ folder, fetchMedia, probeMedia, realNow }: InputsOptions) {
  const pathOf = (sha256: string): string => join(folder, sha256);

  async function keep(path: string): Promise<string> {
    const sha256 = await hashOf(path);
    await mkdir(folder, { recursive: true });
    const now = new Date(realNow());
    if (await exists(pathOf(sha256))) await Promise.all([rm(path, { force: true }), utimes(pathOf(sha256), now, now)]);
    else await move(path, pathOf(sha256));
    return sha256;
  }

  /** Takes media given as bytes. Rejects with InputError `not_media`. */
  async function takeBytes(bytes: Uint8Array): Promise<TakenInput> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, `new-${randomUUID()}`);
    await writeFile(path, bytes);
    try {
      const facts = await probeMedia(path);
      return { facts, kept: { kind: facts.kind, sha256: await keep(path) } };
    } catch (error) {
      await rm(path, { force: true });
      throw new InputError('not_media', error);
    }
  }

  /** Takes media by http(s) URL. Rejects with InputError. */
  async function takeUrl(url: string, maxBytes: number): Promise<TakenInput> {
    const { path, facts } = await fetchMedia(url, { maxBytes }).catch((error: unknown) => {
      // The prober's own errors carry `ProbeError` as name; everything else never arrived.
      const probed = error instanceof Error && error.name === 'ProbeError';
      throw new InputError(probed ? 'not_media' : 'unreachable', error);
    });
    return { facts, kept: { kind: facts.kind, sha256: await keep(path), url } };
  }

  return {
    takeBytes,
    /** Takes media by http(s) URL or data URI. Rejects with InputError. */
    async take(url: string, maxBytes: number): Promise<TakenInput> {
      if (!url.startsWith('data:')) return takeUrl(url, maxBytes);
      const data = decodeDataUri(url);
      if (data === undefined) throw new InputError('not_media', 'not a base64 data URI');
      if (data.bytes.length > maxBytes) throw new InputError('unreachable', `larger than ${maxBytes} bytes`);
      return takeBytes(data.bytes);
    },
    /** The local file of a kept input, fetched again when it is gone. Rejects when it cannot be had. */
    async open(kept: KeptInput): Promise<StudioInput> {
      const path = pathOf(kept.sha256);
      if (await exists(path)) return { kind: kept.kind, path };
      if (kept.url === undefined) throw new InputError('unreachable', 'the input came as bytes and is gone');
      const again = await takeUrl(kept.url, 512 * 1024 * 1024);
      return { kind: kept.kind, path: pathOf(again.kept.sha256) };
    },
    /** Deletes what no task can need any more (8 days; vendors keep tasks for 7). */
    async sweep(): Promise<void> {
      const names = await readdir(folder).catch(() => []);
      for (const name of names) {
        const info = await stat(join(folder, name)).catch(() => undefined);
        const old = info !== undefined && realNow() - info.mtimeMs > KEPT_DAYS * 86_400_000;
        if (old) await rm(join(folder, name), { force: true });
      }
    },
  };
}
export type Inputs = ReturnType<typeof createInputs>;
