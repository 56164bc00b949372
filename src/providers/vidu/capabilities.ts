import type { Capabilities, InputRule, Pixels } from '../../domain/model.ts';
import type { AspectRatio, Resolution } from '../../domain/request.ts';

/** What differs from model to model within a mode. */
export interface Range {
  readonly seconds: readonly number[];
  /** 5 when absent. */
  readonly defaultSeconds?: number;
  readonly resolutions: readonly Resolution[];
  readonly resolutionsAt?: Readonly<Record<number, readonly Resolution[]>>;
  /** 720p when absent. */
  readonly defaultResolution?: Resolution;
  readonly offPeak: boolean;
}

/** What the models of a generation share in a mode. */
export interface Habits extends Pick<Capabilities, 'audio' | 'options' | 'harmless'> {
  /** Of modes where the picture does not follow a frame. */
  readonly ratios: readonly AspectRatio[];
}

/** Vidu: image rules. URL or data URI. References have at least 128 x 128 px. */
const picture = (role: InputRule['role'], { min, max }: { min: number; max: number }): InputRule => ({
  role,
  kind: 'image',
  min,
  max,
  as: 'url-or-data',
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp'],
  maxBytes: 50_000_000,
  ratio: { min: 1 / 4, max: 4 },
  ...(role === 'reference' && { side: { min: 128 } }),
});

/** Vidu: reference2video. One of up to 8 s or two of up to 5 s, which `check` looks after. No lower limit is published. */
export const REFERENCE_VIDEO: InputRule = {
  role: 'reference',
  kind: 'video',
  min: 0,
  max: 2,
  as: 'url-or-data',
  mediaTypes: ['video/mp4', 'video/quicktime', 'video/x-msvideo'],
  maxBytes: 100_000_000,
  seconds: { min: 0, max: 8, total: 10 },
  side: { min: 128 },
};

const TIER_PIXELS: { readonly [R in Resolution]?: number } = { '360p': 360, '540p': 540, '720p': 720, '1080p': 1080 };

/** The short side is the tier, the long side even. Chosen: Vidu publishes no table. */
function pixels(resolution: Resolution, aspectRatio: AspectRatio): Pixels | undefined {
  const short = TIER_PIXELS[resolution];
  const [width, height] = aspectRatio.split(':').map(Number);
  if (short === undefined || width === undefined || height === undefined) return undefined;
  const long = Math.round((short * Math.max(width, height)) / Math.min(width, height) / 2) * 2;
  return width >= height ? { width: long, height: short } : { width: short, height: long };
}

/** Seed 0 means random, as without one. */
const shared = (
  { seconds, defaultSeconds = 5, resolutions, resolutionsAt, defaultResolution = '720p', offPeak }: Range,
  { audio, options, harmless }: Habits,
) => ({
  seconds,
  defaultSeconds,
  resolutions,
  ...(resolutionsAt && { resolutionsAt }),
  defaultResolution,
  audio,
  seed: { min: 0, max: 2_147_483_647 },
  offPeak,
  options,
  harmless,
});

/** 5000 characters by the EN pages; the CN page keeps 2000 on plain reference images, see `check`. */
const prompt = (required: boolean) => ({ required, maxChars: 5000 });

export const fromText = (range: Range, habits: Habits): Capabilities => ({
  ...shared(range, habits),
  aspectRatios: habits.ratios,
  defaultAspectRatio: '16:9',
  prompt: prompt(true),
  inputs: [],
  pixels,
});

export const fromImage = (range: Range, habits: Habits): Capabilities => ({
  ...shared(range, habits),
  harmless: { ...habits.harmless, aspect_ratio: 'the picture follows the first frame' },
  aspectRatios: [],
  prompt: prompt(false),
  inputs: [picture('first_frame', { min: 1, max: 1 })],
});

export const fromFrames = (range: Range, habits: Habits): Capabilities => ({
  ...fromImage(range, habits),
  inputs: [picture('first_frame', { min: 1, max: 1 }), picture('last_frame', { min: 1, max: 1 })],
  // Vidu: image rules. "start resolution / end resolution", read as pixels.
  framePair: { min: 0.8, max: 1.25 },
});

export const fromReferences = (range: Range, habits: Habits): Capabilities => ({
  ...fromText(range, habits),
  inputs: [picture('reference', { min: 1, max: 7 })],
});
