import type { Capabilities, InputRule, Model, Pixels } from '../../domain/model.ts';
import type { AspectRatio, Mode, Resolution } from '../../domain/request.ts';
import { wholeNumbers } from '../kit/whole-numbers.ts';
import { FRAME_OPTIONS, PLAIN_OPTIONS, Q3_HARMLESS, Q3_HARMLESS_WITH_FRAMES } from './options.ts';

/** Vidu: model matrix and request parameters, model matrix, request parameters; newest EN pages. */
const SOURCE = { page: 'Vidu: model matrix, request parameters', date: '2026-08-13' } as const;

const ALL_TIERS = ['540p', '720p', '1080p'] as const;
const UPPER_TIERS = ['720p', '1080p'] as const;

/**
 * Text and references. On reference2video one note keeps 4:3 and 3:4 to Q2, while Vidu's own viduq3-mix sample uses 3:4
 * and the EN page has all five for Q3: all five.
 */
const RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4'] as const;

/** Vidu: image rules. URL or data URI; the whole body stays under 20 MB, which `check` looks after. */
const picture = (role: InputRule['role'], { min, max }: { min: number; max: number }): InputRule => ({
  role,
  kind: 'image',
  min,
  max,
  as: 'url-or-data',
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp'],
  maxBytes: 50_000_000,
});

const TIER_PIXELS: { readonly [R in Resolution]?: number } = { '360p': 360, '540p': 540, '720p': 720, '1080p': 1080 };

/** The short side is the tier, the long side even. Chosen: Vidu publishes no table. */
function pixels(resolution: Resolution, aspectRatio: AspectRatio): Pixels | undefined {
  const short = TIER_PIXELS[resolution];
  const [width, height] = aspectRatio.split(':').map(Number);
  if (short === undefined || width === undefined || height === undefined) return undefined;
  const long = Math.round((short * Math.max(width, height)) / Math.min(width, height) / 2) * 2;
  return width >= height ? { width: long, height: short } : { width: short, height: long };
}

interface Range {
  readonly seconds: readonly number[];
  readonly resolutions: readonly Resolution[];
  readonly offPeak: boolean;
}

/** What all Q3 modes share. `audio` is on by default on Q3; seed 0 means random, as without one. */
const shared = ({ seconds, resolutions, offPeak }: Range) =>
  ({
    seconds,
    defaultSeconds: 5,
    resolutions,
    defaultResolution: '720p',
    audio: { choice: 'optional', default: true },
    seed: { min: 0, max: 2_147_483_647 },
    offPeak,
  }) as const;

/** 5000 characters by the EN pages; the CN page keeps 2000 on plain reference images, see `check`. */
const prompt = (required: boolean) => ({ required, maxChars: 5000 });

const text = (range: Range): Capabilities => ({
  ...shared(range),
  aspectRatios: RATIOS,
  defaultAspectRatio: '16:9',
  prompt: prompt(true),
  inputs: [],
  options: PLAIN_OPTIONS,
  harmless: Q3_HARMLESS,
  pixels,
});

const image = (range: Range): Capabilities => ({
  ...shared(range),
  aspectRatios: [],
  prompt: prompt(false),
  inputs: [picture('first_frame', { min: 1, max: 1 })],
  options: FRAME_OPTIONS,
  harmless: Q3_HARMLESS_WITH_FRAMES,
});

const frames = (range: Range): Capabilities => ({
  ...image(range),
  inputs: [picture('first_frame', { min: 1, max: 1 }), picture('last_frame', { min: 1, max: 1 })],
});

const references = (range: Range): Capabilities => ({
  ...text(range),
  inputs: [picture('reference', { min: 1, max: 7 })],
});

const model = (id: string, usualSeconds: number, modes: { readonly [M in Mode]?: Capabilities }): Model => ({
  id,
  modes,
  usualSeconds,
  source: SOURCE,
});

const full: Range = { seconds: wholeNumbers(1, 16), resolutions: ALL_TIERS, offPeak: true };
const fromThreeSeconds: Range = { ...full, seconds: wholeNumbers(3, 16) };

/** Vidu Q3. The usual times are chosen between the vendor's published ones for Q1 and Q2. */
export const VIDU_MODELS: readonly Model[] = [
  model('viduq3-pro', 120, { text: text(full), image: image(full), frames: frames(full) }),
  model('viduq3-turbo', 60, {
    text: text(full),
    image: image(full),
    frames: frames(full),
    references: references(fromThreeSeconds),
  }),
  model('viduq3-pro-fast', 60, { image: image({ ...full, resolutions: UPPER_TIERS }) }),
  model('viduq3', 120, { references: references(fromThreeSeconds) }),
  // EN 2026-08 says 1 to 16 s, CN 2026-05 says 3 to 16 s: 1 to 16 was chosen.
  model('viduq3-mix', 120, { references: references({ ...full, resolutions: UPPER_TIERS, offPeak: false }) }),
];
