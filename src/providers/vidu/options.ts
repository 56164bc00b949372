import { z } from 'zod';
import { booleanOption, integerOption } from '../kit/option.ts';

const isJsonText = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Vidu's own knobs on every endpoint (Vidu: common parameters). Defaults are Vidu's and are sent. */
const common = {
  movement_amplitude: z.enum(['auto', 'small', 'medium', 'large']).default('auto'),
  watermark: booleanOption().default(false),
  /** 1 top left, 2 top right, 3 bottom right, 4 bottom left. */
  wm_position: integerOption(1, 4).optional(),
  wm_url: z
    .url({ protocol: /^https?$/ })
    .max(4096)
    .optional(),
  /** JSON text with the keys of the AIGC label: Label, ContentProducer, ProduceID, ... */
  meta_data: z.string().max(16_384).refine(isJsonText, 'must be JSON text').optional(),
};

export const PLAIN_OPTIONS = z.strictObject(common);

/** How many of the reference pictures and videos are a subject's, in order of the inputs (Vidu: reference2video, subjects). */
const subject = z.strictObject({
  name: z.string().min(1).max(256),
  images: z.int().min(0).max(3),
  videos: z.int().min(0).max(3),
  voice_id: z.string().min(1).max(256).optional(),
  /** A subject of the account's library. */
  server_id: z.string().min(1).max(256).optional(),
});
export type Subject = z.infer<typeof subject>;

/** Where references can be given names of their own; without them the prompt may name `@Image1`, ... */
const subjectsForm = { subjects: z.array(subject).min(1).max(7).optional(), auto_subjects: booleanOption().optional() };

export const SUBJECTS_OPTIONS = z.strictObject({ ...common, ...subjectsForm });

const subjectList = z.array(subject);
export const subjectsIn = (options: Readonly<Record<string, unknown>>): readonly Subject[] | undefined =>
  options['subjects'] === undefined ? undefined : subjectList.parse(options['subjects']);

/** img2video and start-end2video: `is_rec` replaces the prompt by Vidu's own, for 10 credits more. */
export const FRAME_OPTIONS = z.strictObject({ ...common, is_rec: booleanOption().default(false) });

/** Documented names that do nothing on Q3. */
export const Q3_HARMLESS = {
  bgm: 'Q3 models make no separate background music',
  style: 'Q3 models have no style switch',
  voice_id: 'Q3 models choose the voice themselves',
  audio_type: 'Q3 models do not split the sound into tracks',
} as const;

/** Before Q3 background music is a switch. Q2 ignores it at 9 and 10 s, and the subjects form has none: see `ignored`. */
const older = { ...common, bgm: booleanOption().default(false) };

/** Goes along with sound only: see `check`. The EN page prints `sound-effect_only`, the CN page this. */
const soundTracks = { audio_type: z.enum(['all', 'speech_only', 'sound_effect_only']).optional() };

export const OLDER_PLAIN_OPTIONS = z.strictObject(older);
/** viduq2-pro has the subjects form by the CN page, silent. */
export const OLDER_SILENT_SUBJECTS_OPTIONS = z.strictObject({ ...older, ...subjectsForm });
export const OLDER_FRAMES_OPTIONS = z.strictObject({ ...older, is_rec: booleanOption().default(false) });
export const OLDER_IMAGE_OPTIONS = z.strictObject({
  ...older,
  ...soundTracks,
  is_rec: booleanOption().default(false),
  voice_id: z.string().min(1).max(256).optional(),
});
export const OLDER_SUBJECTS_OPTIONS = z.strictObject({ ...older, ...soundTracks, ...subjectsForm });
export const Q1_TEXT_OPTIONS = z.strictObject({ ...older, style: z.enum(['general', 'anime']).default('general') });

/** Documented names that do nothing on the older models. */
export const OLDER_HARMLESS = { style: 'only viduq1 has a style switch, from text' } as const;

/** Where there is no sound at all. */
export const SILENT_HARMLESS = {
  audio: 'before Q3 there is sound from one image, or from references that the prompt names',
  audio_type: 'the video is silent here',
  voice_id: 'the video is silent here',
} as const;
