import { open } from 'node:fs/promises';
import { uptime } from 'node:os';
import type { Download, OutputPlace, ResumePoint } from '../application/download.ts';
import type { Media } from '../application/ports.ts';
import type { DiskStorage } from './disk-storage.ts';
import { openPartials, type Partials } from './partials.ts';

/** No vendor's video is larger. */
export const MOST_OUTPUT_BYTES = 4 * 1024 * 1024 * 1024;

const HOUR_MILLISECONDS = 3_600_000;

/** What lies in the part is of no use to a later try: the disk refused it, or it can be no start of the file. */
class SpoiledPart extends Error {
  override readonly name = 'SpoiledPart';
}

interface OutputOptions {
  readonly storage: DiskStorage;
  readonly mostBytes?: number;
  readonly now?: () => Date;
}

/** The output side of the media: what vendors made, fetched in as many tries as it takes, and kept. */
export function keepOutputs({
  storage,
  mostBytes = MOST_OUTPUT_BYTES,
  now = () => new Date(),
}: OutputOptions): Pick<Media, 'keepOutput' | 'dropPartials'> {
  const partials = openPartials(storage.spoolFolder, now().getTime() - uptime() * 1000);
  let emptiedAt = now().getTime();
  return {
    keepOutput: async (place, fetch) => {
      if (now().getTime() - emptiedAt > HOUR_MILLISECONDS) {
        emptiedAt = now().getTime();
        await storage.emptySpool(now());
      }
      try {
        const path = await fetchPart({ partials, mostBytes }, place, fetch);
        // Hashed from the disk: of several tries only the file itself is the whole.
        const { bytes, sha256 } = await storage.adopt(place.storageKey, path);
        await partials.forget(path);
        return { bytes, sha256 };
      } catch (error) {
        if (error instanceof SpoiledPart) await partials.drop(place);
        throw error;
      }
    },
    dropPartials: (attemptId) => partials.drop({ attemptId }),
  };
}

/** Brings the part that is here to its end, or begins one. Answers the path of the whole. */
async function fetchPart(
  { partials, mostBytes }: { readonly partials: Partials; readonly mostBytes: number },
  place: OutputPlace,
  fetch: (from?: ResumePoint) => Promise<Download>,
): Promise<string> {
  const found = await partials.longest(place);
  const { startsAt, marks, body } = await fetch(found?.point);
  const copyOf = startsAt > 0 ? found : undefined;
  if (copyOf?.point.bytes !== (startsAt > 0 ? startsAt : undefined))
    throw new Error(`the download begins at byte ${startsAt}, which was not asked for`);
  const path = await begin(() => partials.begin(place, { marks, ...(copyOf && { copyOf }) }), body);
  await append({ path, startsAt, mostBytes, ...marks }, body);
  return path;
}

/** A body that nobody will read is let go of, so that its connection closes. */
async function begin(make: () => Promise<string>, body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return await make();
  } catch (error) {
    for await (const _ of body) break;
    throw new SpoiledPart(messageOf(error), { cause: error });
  }
}

interface Growing {
  readonly path: string;
  readonly startsAt: number;
  readonly mostBytes: number;
  readonly totalBytes?: number;
}

/** Writes to the end of the part, up to the total that was announced and not one byte more. */
async function append({ path, startsAt, mostBytes, totalBytes }: Growing, body: AsyncIterable<Uint8Array>) {
  const file = await open(path, 'a');
  let bytes = startsAt;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new SpoiledPart(`the file is larger than ${mostBytes} bytes, which is the limit`);
      if (bytes > (totalBytes ?? bytes)) throw new SpoiledPart(`more came than the ${totalBytes} bytes announced`);
      await file.writeFile(chunk).catch((error: unknown) => {
        throw new SpoiledPart(messageOf(error), { cause: error });
      });
    }
  } finally {
    await file.close();
  }
  if (bytes < (totalBytes ?? bytes)) throw new Error(`the body ended after ${bytes} of ${totalBytes} bytes`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
