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

/** img2video and start-end2video: `is_rec` replaces the prompt by Vidu's own, for 10 credits more. */
export const FRAME_OPTIONS = z.strictObject({ ...common, is_rec: booleanOption().default(false) });

/** Documented names that do nothing on Q3. */
const WITHOUT_EFFECT_ON_Q3 = {
  bgm: 'Q3 models make no separate background music',
  style: 'Q3 models have no style switch',
  voice_id: 'Q3 models choose the voice themselves',
  audio_type: 'Q3 models do not split the sound into tracks',
} as const;

export const Q3_HARMLESS = WITHOUT_EFFECT_ON_Q3;
export const Q3_HARMLESS_WITH_FRAMES = {
  ...WITHOUT_EFFECT_ON_Q3,
  aspect_ratio: 'the picture follows the first frame',
} as const;
