import type { Capabilities, Model } from '../../domain/model.ts';
import type { Mode } from '../../domain/request.ts';
import { wholeNumbers } from '../kit/whole-numbers.ts';
import {
  fromFrames,
  fromImage,
  fromReferences,
  fromText,
  type Habits,
  type Range,
  REFERENCE_VIDEO,
} from './capabilities.ts';
import {
  OLDER_FRAMES_OPTIONS,
  OLDER_HARMLESS,
  OLDER_IMAGE_OPTIONS,
  OLDER_PLAIN_OPTIONS,
  OLDER_SILENT_SUBJECTS_OPTIONS,
  OLDER_SUBJECTS_OPTIONS,
  Q1_TEXT_OPTIONS,
  SILENT_HARMLESS,
} from './options.ts';
import { SOURCE } from './source.ts';

/** Vidu: text2video and reference2video. 4:3 and 3:4 came with Q2. */
const Q2_RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4'] as const;
const Q1_RATIOS = ['16:9', '9:16', '1:1'] as const;

/** Off unless asked for, and to be had on img2video and in the subjects form of reference2video only. */
const CAN_SOUND = { choice: 'optional', default: false } as const;
const SILENT = { choice: 'never', default: false } as const;

const image: Habits = { ratios: [], audio: CAN_SOUND, options: OLDER_IMAGE_OPTIONS, harmless: OLDER_HARMLESS };
const subjects: Habits = {
  ratios: Q2_RATIOS,
  audio: CAN_SOUND,
  options: OLDER_SUBJECTS_OPTIONS,
  harmless: OLDER_HARMLESS,
};
const plain: Habits = {
  ratios: Q2_RATIOS,
  audio: SILENT,
  options: OLDER_PLAIN_OPTIONS,
  harmless: { ...OLDER_HARMLESS, ...SILENT_HARMLESS },
};
const frames: Habits = { ...plain, options: OLDER_FRAMES_OPTIONS };
const q1Text: Habits = { ...plain, ratios: Q1_RATIOS, options: Q1_TEXT_OPTIONS, harmless: SILENT_HARMLESS };

const q2: Range = { seconds: wholeNumbers(1, 10), resolutions: ['540p', '720p', '1080p'], offPeak: true };
const q2Frames: Range = { ...q2, seconds: wholeNumbers(1, 8) };
const upperTiers = { resolutions: ['720p', '1080p'] } as const;
/** 0 is Vidu's word for a length that it chooses itself; held at the longest. */
const q2Automatic: Range = { ...q2, seconds: wholeNumbers(0, 10) };

const q1: Range = { seconds: [5], resolutions: ['1080p'], defaultResolution: '1080p', offPeak: true };

const v2: Range = {
  seconds: [4],
  defaultSeconds: 4,
  resolutions: ['360p', '720p'],
  defaultResolution: '360p',
  offPeak: true,
};
const v2Frames: Range = {
  ...v2,
  seconds: [4, 8],
  resolutions: ['360p', '720p', '1080p'],
  resolutionsAt: { 8: ['720p'] },
};

/** Vidu: reference2video. The only model that takes videos beside the pictures. */
const picturesAndVideos = (range: Range): Capabilities => {
  const pictures = fromReferences(range, { ...plain, options: OLDER_SILENT_SUBJECTS_OPTIONS });
  return { ...pictures, inputs: [...pictures.inputs, REFERENCE_VIDEO] };
};

const model = (id: string, usualSeconds: number, modes: { readonly [M in Mode]?: Capabilities }): Model => ({
  id,
  modes,
  usualSeconds,
  source: SOURCE,
});

/** Vidu Q2, Q1 and 2.0. Usual times follow the published ones: turbo 26 s for 5 s, pro 156 s for 8 s, Q1 120 to 320 s. */
export const OLDER_MODELS: readonly Model[] = [
  model('viduq2', 90, { text: fromText(q2, plain), references: fromReferences(q2, subjects) }),
  model('viduq2-pro', 100, {
    image: fromImage(q2, image),
    frames: fromFrames(q2Frames, frames),
    references: picturesAndVideos(q2Automatic),
  }),
  model('viduq2-turbo', 30, { image: fromImage(q2, image), frames: fromFrames(q2Frames, frames) }),
  model('viduq2-pro-fast', 30, {
    image: fromImage({ ...q2, ...upperTiers }, image),
    frames: fromFrames({ ...q2Frames, ...upperTiers }, frames),
  }),
  model('viduq1', 180, {
    text: fromText(q1, q1Text),
    image: fromImage(q1, image),
    frames: fromFrames(q1, frames),
    references: fromReferences(q1, { ...subjects, ratios: Q1_RATIOS }),
  }),
  model('viduq1-classic', 180, { image: fromImage(q1, image), frames: fromFrames(q1, frames) }),
  model('vidu2.0', 60, {
    image: fromImage(v2Frames, image),
    frames: fromFrames(v2Frames, frames),
    references: fromReferences(v2, { ...subjects, ratios: Q1_RATIOS }),
  }),
];
