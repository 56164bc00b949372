import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileNames } from './file-names.ts';
import { StudioError } from './jobs.ts';
import { type Availability, availabilityOn, thisMachine } from './platform.ts';
import { openPool } from './pool.ts';
import type { Rendering, RenderSpec } from './spec.ts';
import { specHash } from './spec-hash.ts';
import { Unreadable } from './unreadable.ts';

export type { RenderSpec, StudioInput } from './spec.ts';

/** Renders the sandbox's videos: real H.264 and AAC in MP4, made in child processes. */
export interface Studio {
  /**
   * Renders, or gives the cached files of an equal spec (same fields, same bytes of the inputs). Equal renders at the same
   * time are one. Rejects with StudioError.
   */
  render(spec: RenderSpec): Promise<Rendering>;
  /** Whether this platform can encode; when not, what to do. */
  readonly availability: Availability;
  /** Starts the children ahead of the first job. */
  warm(): void;
  /** Ends the children; renders under way reject with `closed`. */
  close(): Promise<void>;
}

export interface StudioOptions {
  /** Where renderings are kept, one folder each; made when missing. May be shared by several processes. */
  readonly cacheFolder: string;
  /** How many videos are rendered at once; 2 by default, 1 on one core. */
  readonly children?: number;
  readonly log?: (event: string, fields: Record<string, unknown>) => void;
}

/** Opens the studio; nothing is started yet. */
export function openStudio({ cacheFolder, children, log = () => {} }: StudioOptions): Studio {
  const availability = availabilityOn(thisMachine());
  const pool = openPool({
    children: children ?? Math.min(2, availableParallelism()),
    entry: new URL('./child.ts', import.meta.url),
    limitSeconds,
    log,
  });
  const underWay = new Map<string, Promise<Rendering>>();
  const swept = sweep(cacheFolder).catch(() => {});

  const renderNew = async (spec: RenderSpec, key: string): Promise<Rendering> => {
    const found = await cached(cacheFolder, key);
    if (found !== undefined) return found;
    await swept;
    await mkdir(cacheFolder, { recursive: true });
    const folder = await mkdtemp(join(cacheFolder, unfinished));
    try {
      const { seconds } = await pool.run(spec, folder);
      const { width, height } = spec;
      await writeFile(join(folder, facts), JSON.stringify({ seconds, width, height }));
      await publish(folder, join(cacheFolder, key));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const made = await cached(cacheFolder, key);
    if (made === undefined) throw new StudioError('render_failed', 'The rendering disappeared from the cache folder.');
    return made;
  };

  return {
    availability,
    async render(given) {
      if (!availability.available)
        throw new StudioError('encoder_missing', `${availability.reason} ${availability.fix}`);
      checkSize(given);
      const spec = given.stock === true && given.source === undefined ? stockOf(given) : given;
      const key = await specHash(spec).catch(asStudioError);
      const running = underWay.get(key);
      if (running !== undefined) return running;
      const rendering = renderNew(spec, key)
        .catch(asStudioError)
        .finally(() => underWay.delete(key));
      underWay.set(key, rendering);
      return rendering;
    },
    warm() {
      if (availability.available) pool.warm();
    },
    close: () => pool.close(),
  };
}

function asStudioError(error: unknown): never {
  if (error instanceof StudioError) throw error;
  if (error instanceof Unreadable) throw new StudioError('input_unreadable', error.message);
  throw new StudioError('render_failed', `The rendering could not be kept: ${String(error)}`);
}

/** Blocks of 16 x 16 that a picture of the highest level may have. */
const mostBlocks = 36_864;

function checkSize({ width, height, fps, seconds }: RenderSpec): void {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const fits = width % 2 === 0 && height % 2 === 0 && width >= 16 && height >= 16 && blocks <= mostBlocks;
  if (!fits) throw new StudioError('render_failed', `The encoder cannot make pictures of ${width} x ${height}.`);
  if (!(fps > 0 && fps <= 120 && seconds > 0 && seconds <= 600)) {
    throw new StudioError('render_failed', `The encoder cannot make ${seconds} s at ${fps} frames per second.`);
  }
}

/** The clip for load tests depends on nothing else. */
function stockOf({ width, height, fps, seconds, audio }: RenderSpec): RenderSpec {
  return { prompt: '', seed: 0, label: 'stock clip', stock: true, width, height, fps, seconds, audio };
}

/** A minute, and another for each thousand million pixels (4 s of 4k); it takes 4 s of them on two free cores. */
const limitSeconds = ({ width, height, fps, seconds, source }: RenderSpec): number => {
  const sourceSeconds = source === undefined ? 0 : 60; // not known here; no vendor extends longer ones
  return Math.round(60 + (60 * width * height * fps * (seconds + sourceSeconds)) / 1e9);
};

const facts = 'rendering.json';
const unfinished = 'unfinished-';

async function cached(cacheFolder: string, key: string): Promise<Rendering | undefined> {
  const folder = join(cacheFolder, key);
  const text = await readFile(join(folder, facts), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const known: { seconds: number; width: number; height: number } = JSON.parse(text);
    return {
      videoPath: join(folder, fileNames.video),
      posterPath: join(folder, fileNames.poster),
      lastFramePath: join(folder, fileNames.lastFrame),
      ...known,
    };
  } catch {
    await rm(folder, { recursive: true, force: true }); // the machine went down while it was written
    return undefined;
  }
}

/** Gives the finished folder its name, in one step. Another process may have been faster: then its files are as good. */
async function publish(folder: string, target: string): Promise<void> {
  await rename(folder, target).catch(async (error: unknown) => {
    if ((await stat(join(target, facts)).catch(() => undefined)) === undefined) throw error;
  });
}

const oldMs = 3_600_000;

/** Removes what killed processes left unfinished. */
async function sweep(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder).catch(() => [])) {
    if (!name.startsWith(unfinished)) continue;
    const path = join(cacheFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > oldMs) await rm(path, { recursive: true, force: true });
  }
}
