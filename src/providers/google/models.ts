import type { Capabilities, InputRule, Model, Pixels } from '../../domain/model.ts';
import type { AspectRatio, InputRole, Resolution } from '../../domain/request.ts';
import { VEO_FRAME_OPTIONS, VEO_OPTIONS } from './options.ts';

/** Google: Veo on Vertex AI, model reference. */
const SOURCE = { page: 'Google: Veo video generation, Vertex AI model reference', date: '2026-11-20' } as const;

const LANDSCAPE: { readonly [R in Resolution]?: Pixels } = {
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
  '4k': { width: 3840, height: 2160 },
};

function pixels(resolution: Resolution, aspectRatio: AspectRatio): Pixels | undefined {
  const size = LANDSCAPE[resolution];
  if (size === undefined || aspectRatio === '16:9') return size;
  return aspectRatio === '9:16' ? { width: size.height, height: size.width } : undefined;
}

/** Media goes as bytes: Vertex takes no http address. */
const picture = (role: InputRole, { min, max }: { min: number; max: number }): InputRule => ({
  role,
  kind: 'image',
  min,
  max,
  as: 'bytes',
  mediaTypes: ['image/jpeg', 'image/png'],
  maxBytes: 20_000_000,
});

/** Google names the length only. The size is chosen: 30 s of 1080p at usual rates, and what one JSON body can hold. */
const sourceVideo: InputRule = {
  role: 'source',
  kind: 'video',
  min: 1,
  max: 1,
  as: 'bytes',
  mediaTypes: ['video/mp4'],
  maxBytes: 100_000_000,
  seconds: { min: 1, max: 30 },
};

/** No limit is published: chosen. */
const prompt = (required: boolean) => ({ required, maxChars: 20_000 });

const one = { min: 1, max: 1 };

/** Any length at any tier: Vertex asks for 8 s with references only (section 7, point 3, to be probed). */
const fromText = (resolutions: readonly Resolution[]): Capabilities => ({
  seconds: [4, 6, 8],
  defaultSeconds: 8,
  resolutions,
  defaultResolution: '720p',
  aspectRatios: ['16:9', '9:16'],
  defaultAspectRatio: '16:9',
  prompt: prompt(true),
  inputs: [],
  audio: { choice: 'optional', default: true },
  seed: { min: 0, max: 4_294_967_295 },
  options: VEO_OPTIONS,
  harmless: {},
  offPeak: false,
  pixels,
});

const fromImage = (resolutions: readonly Resolution[]): Capabilities => ({
  ...fromText(resolutions),
  prompt: prompt(false),
  inputs: [picture('first_frame', one)],
  options: VEO_FRAME_OPTIONS,
});

const fromFrames = (resolutions: readonly Resolution[]): Capabilities => ({
  ...fromImage(resolutions),
  inputs: [picture('first_frame', one), picture('last_frame', one)],
});

/** Google: references make 8 s only. One reference is possible too, but two are what tells them from a first frame. */
const fromReferences = (resolutions: readonly Resolution[]): Capabilities => ({
  ...fromText(resolutions),
  seconds: [8],
  adjustSeconds: { 4: 8, 6: 8 },
  prompt: prompt(false),
  inputs: [picture('reference', { min: 2, max: 3 })],
});

/** Adds 7 s. Tiers other than 720p are on Vertex to be probed (section 7, point 4). */
function extension(resolutions: readonly Resolution[]): Capabilities {
  const { defaultAspectRatio: _, pixels: __, ...rest } = fromText(resolutions);
  return {
    ...rest,
    seconds: [7],
    defaultSeconds: 7,
    aspectRatios: [],
    prompt: prompt(false),
    inputs: [sourceVideo],
    harmless: { seconds: 'an extension always adds 7 s', aspect_ratio: 'the picture follows the source video' },
  };
}

const ALL_TIERS = ['720p', '1080p', '4k'] as const;
const LITE_TIERS = ['720p', '1080p'] as const;

/** Usual times are chosen: Google says 11 s to 6 minutes. Ids can be renamed by the channel's setting `models`. */
export const VEO_MODELS: readonly Model[] = [
  {
    id: 'veo-3.1-generate-001',
    modes: {
      text: fromText(ALL_TIERS),
      image: fromImage(ALL_TIERS),
      frames: fromFrames(ALL_TIERS),
      references: fromReferences(ALL_TIERS),
      extend: extension(ALL_TIERS),
    },
    usualSeconds: 60,
    source: SOURCE,
  },
  {
    id: 'veo-3.1-fast-generate-001',
    modes: {
      text: fromText(ALL_TIERS),
      image: fromImage(ALL_TIERS),
      frames: fromFrames(ALL_TIERS),
      references: fromReferences(ALL_TIERS),
      extend: extension(ALL_TIERS),
    },
    usualSeconds: 40,
    source: SOURCE,
  },
  {
    // Google: Lite has no 4k, no extension, no reference images.
    id: 'veo-3.1-lite-generate-001',
    modes: { text: fromText(LITE_TIERS), image: fromImage(LITE_TIERS), frames: fromFrames(LITE_TIERS) },
    usualSeconds: 40,
    source: SOURCE,
  },
];
