import { z } from 'zod';
import { booleanOption } from '../kit/option.ts';

/** Veo's own knobs (Google: Veo on Vertex AI, model reference). Where Google has no stated default, nothing is sent unless asked. */
const common = {
  negative_prompt: z.string().max(20_000).optional(),
  enhance_prompt: booleanOption()
    .refine((enhance) => enhance, 'must be true: Veo 3 always improves the prompt')
    .optional(),
  /** Spellings differ between pages; these three are on the model's own page. */
  person_generation: z.enum(['allow_adult', 'dont_allow', 'allow_all']).default('allow_adult'),
  compression_quality: z.enum(['optimized', 'lossless']).optional(),
};

export const VEO_OPTIONS = z.strictObject(common);

/** With a first frame: what happens to a picture of another ratio. */
export const VEO_FRAME_OPTIONS = z.strictObject({ ...common, resize_mode: z.enum(['pad', 'crop']).optional() });

/** What an option is called in `parameters`. */
export const PARAMETER_NAMES: Readonly<Record<string, string>> = {
  negative_prompt: 'negativePrompt',
  enhance_prompt: 'enhancePrompt',
  person_generation: 'personGeneration',
  compression_quality: 'compressionQuality',
  resize_mode: 'resizeMode',
};
