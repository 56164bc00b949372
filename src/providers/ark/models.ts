import type { Capabilities, InputRule, Model } from '../../domain/model.ts';
import type { InputRole, MediaKind, Resolution } from '../../domain/request.ts';
import { wholeNumbers } from '../kit/whole-numbers.ts';
import { ARK_OPTIONS, ARK_TEXT_OPTIONS, SEEDANCE_2_HARMLESS } from './options.ts';
import { seedancePixels } from './pixels.ts';

/** Ark: model list, create video generation task. */
const SOURCE = { page: 'Ark: create video generation task', date: '2026-11-20' } as const;

/** Ark: input limits, of images and videos alike. */
const SHAPE = { side: { min: 300, max: 6000 }, ratio: { min: 0.4, max: 2.5 } } as const;

/** Ark: input limits of 2.0, fast and mini. "Less than 30 MB" for pictures. Video goes by address: base64 is refused. */
const LIMITS = {
  image: {
    as: 'url-or-data',
    mediaTypes: [
      'image/jpeg',
      'image/png',
      'image/webp',
      'image/bmp',
      'image/tiff',
      'image/gif',
      'image/heic',
      'image/heif',
    ],
    maxBytes: 30_000_000 - 1,
    ...SHAPE,
  },
  video: {
    as: 'url',
    mediaTypes: ['video/mp4', 'video/quicktime'],
    maxBytes: 200_000_000,
    seconds: { min: 2, max: 15, total: 15 },
    ...SHAPE,
    pixels: { min: 407_696, max: 8_295_044 },
    fps: { min: 24, max: 60 },
    // PCM in MOV.
    codecs: { video: ['h264', 'hevc'], audio: ['aac', 'mp3', 'pcm'] },
  },
  audio: {
    as: 'url-or-data',
    mediaTypes: ['audio/wav', 'audio/mpeg'],
    maxBytes: 15_000_000,
    seconds: { min: 2, max: 15, total: 15 },
  },
} as const satisfies Record<MediaKind, Partial<InputRule>>;

const rule = (role: InputRole, kind: MediaKind, { min, max }: { min: number; max: number }): InputRule => ({
  role,
  kind,
  min,
  max,
  ...LIMITS[kind],
});

const one = { min: 1, max: 1 };

/** No hard limit is published (500 Chinese characters are recommended); 40 000 were accepted in a third party's test. */
const prompt = (required: boolean) => ({ required, maxChars: 40_000 });

/** The four modes of the family. -1 as duration ("the model chooses") has no price before it is made, so it is not offered. */
function modes(resolutions: readonly Resolution[]): Model['modes'] {
  const fromFrames: Capabilities = {
    seconds: wholeNumbers(4, 15),
    defaultSeconds: 5,
    resolutions,
    defaultResolution: '720p',
    aspectRatios: ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9', 'adaptive'],
    defaultAspectRatio: 'adaptive',
    prompt: prompt(false),
    inputs: [rule('first_frame', 'image', one)],
    audio: { choice: 'optional', default: true },
    options: ARK_OPTIONS,
    harmless: SEEDANCE_2_HARMLESS,
    offPeak: false,
    pixels: seedancePixels,
  };
  return {
    text: { ...fromFrames, prompt: prompt(true), inputs: [], options: ARK_TEXT_OPTIONS },
    image: fromFrames,
    frames: { ...fromFrames, inputs: [rule('first_frame', 'image', one), rule('last_frame', 'image', one)] },
    references: {
      ...fromFrames,
      inputs: [
        rule('reference', 'image', { min: 0, max: 9 }),
        rule('reference', 'video', { min: 0, max: 3 }),
        rule('reference', 'audio', { min: 0, max: 3 }),
      ],
      totalInputs: { min: 1, max: 15 },
    },
  };
}

const PLAIN = modes(['480p', '720p', '1080p', '4k']);
const LIGHT = modes(['480p', '720p']);

/** Which of the family a model is: prices go by it. */
export type SeedanceKind = '2.0' | '2.0 fast' | '2.0 mini';

interface Ids {
  readonly plain: string;
  readonly fast: string;
  readonly mini: string;
}

/** Ark: model ids. */
export const CN_IDS: Ids = {
  plain: 'doubao-seedance-2-0-260128',
  fast: 'doubao-seedance-2-0-fast-260128',
  mini: 'doubao-seedance-2-0-mini-260615',
};

export const BYTEPLUS_IDS: Ids = {
  plain: 'dreamina-seedance-2-0-260128',
  fast: 'dreamina-seedance-2-0-fast-260128',
  mini: 'dreamina-seedance-2-0-mini-260615',
};

/** The Seedance 2.0 family under the ids of one region. The usual times are chosen. */
export const seedanceModels = ({ plain, fast, mini }: Ids): readonly Model[] => [
  { id: plain, modes: PLAIN, usualSeconds: 120, source: SOURCE },
  { id: fast, modes: LIGHT, usualSeconds: 60, source: SOURCE },
  { id: mini, modes: LIGHT, usualSeconds: 60, source: SOURCE },
];

export const seedanceKind = (id: string): SeedanceKind =>
  id.includes('-fast-') ? '2.0 fast' : id.includes('-mini-') ? '2.0 mini' : '2.0';
