import { z } from 'zod';
import { booleanOption, integerOption } from '../kit/option.ts';

/** Seconds from creation to `expired` when the caller says nothing; Ark's default, sent. */
export const DEFAULT_EXPIRES_AFTER_SECONDS = 172_800;

/** Ark's own knobs on Seedance 2.0 (Ark: create video generation task). Defaults are Ark's and are sent. */
const common = {
  watermark: booleanOption().default(false),
  return_last_frame: booleanOption().default(false),
  execution_expires_after: integerOption(3600, 259_200).default(DEFAULT_EXPIRES_AFTER_SECONDS),
  priority: integerOption(0, 9).default(0),
  /** Seedance 2.x has the default tier only. */
  service_tier: z.enum(['default']).optional(),
};

export const ARK_OPTIONS = z.strictObject(common);

/** Web search works from text only. It is billed by `usage.completion_tokens` like everything else. */
export const ARK_TEXT_OPTIONS = z.strictObject({
  ...common,
  tools: z
    .array(z.strictObject({ type: z.literal('web_search') }))
    .max(1)
    .optional(),
});

export const SEEDANCE_2_HARMLESS = {
  seed: 'Seedance 2.x takes no seed',
  camera_fixed: 'Seedance 2.x cannot fix the camera',
} as const;
