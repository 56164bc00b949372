import type { Capabilities, Model } from '../../domain/model.ts';
import type { Mode } from '../../domain/request.ts';
import { wholeNumbers } from '../kit/whole-numbers.ts';
import { fromFrames, fromImage, fromReferences, fromText, type Habits, type Range } from './capabilities.ts';
import { OLDER_MODELS } from './older-models.ts';
import { FRAME_OPTIONS, PLAIN_OPTIONS, Q3_HARMLESS, SUBJECTS_OPTIONS } from './options.ts';
import { SOURCE } from './source.ts';

const ALL_TIERS = ['540p', '720p', '1080p'] as const;
const UPPER_TIERS = ['720p', '1080p'] as const;

/**
 * Text and references. On reference2video one note keeps 4:3 and 3:4 to Q2, while Vidu's own viduq3-mix sample uses 3:4
 * and the EN page has all five for Q3: all five.
 */
const RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4'] as const;

/** `audio` is on by default on Q3. */
const PLAIN: Habits = {
  ratios: RATIOS,
  audio: { choice: 'optional', default: true },
  options: PLAIN_OPTIONS,
  harmless: Q3_HARMLESS,
};
const FRAME: Habits = { ...PLAIN, options: FRAME_OPTIONS };
const SUBJECTS: Habits = { ...PLAIN, options: SUBJECTS_OPTIONS };

const model = (id: string, usualSeconds: number, modes: { readonly [M in Mode]?: Capabilities }): Model => ({
  id,
  modes,
  usualSeconds,
  source: SOURCE,
});

const full: Range = { seconds: wholeNumbers(1, 16), resolutions: ALL_TIERS, offPeak: true };
const fromThreeSeconds: Range = { ...full, seconds: wholeNumbers(3, 16) };

const fromTextOrFrames = {
  text: fromText(full, PLAIN),
  image: fromImage(full, FRAME),
  frames: fromFrames(full, FRAME),
};

/** Vidu Q3, then the older ones. The usual times are chosen between the vendor's published ones for Q1 and Q2. */
export const VIDU_MODELS: readonly Model[] = [
  model('viduq3-pro', 120, fromTextOrFrames),
  model('viduq3-turbo', 60, { ...fromTextOrFrames, references: fromReferences(fromThreeSeconds, SUBJECTS) }),
  model('viduq3-pro-fast', 60, { image: fromImage({ ...full, resolutions: UPPER_TIERS }, FRAME) }),
  model('viduq3', 120, { references: fromReferences(fromThreeSeconds, SUBJECTS) }),
  // EN 2026-08 says 1 to 16 s, CN 2026-05 says 3 to 16 s: 1 to 16 was chosen.
  model('viduq3-mix', 120, {
    references: fromReferences({ ...full, resolutions: UPPER_TIERS, offPeak: false }, PLAIN),
  }),
  ...OLDER_MODELS,
];
