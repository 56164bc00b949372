import { z } from 'zod';
import { CURRENCIES } from '../domain/money.ts';
import { ASPECT_RATIOS, INPUT_ROLES, MEDIA_KINDS, MODES, RESOLUTIONS } from '../domain/request.ts';

/** The name of a model, as callers say it. Names come with every release, so the schema stays open. */
export const modelName = z
  .string()
  .meta({ id: 'ModelName', description: 'The name of a model. GET /v1/video/models lists all with what they can do.' });

const span = z.object({ min: z.number(), max: z.number() });

const inputRule = z
  .object({
    role: z.enum(INPUT_ROLES),
    kind: z.enum(MEDIA_KINDS),
    min: z.int().min(0),
    max: z.int().min(1),
    media_types: z.array(z.string()),
    max_bytes: z.int(),
    data_uri: z
      .boolean()
      .describe(
        'Whether a data URI or an uploaded file is taken; without it, only where this server has a public address.',
      ),
    seconds: z
      .object({ min: z.number(), max: z.number(), total: z.number().optional() })
      .optional()
      .describe('Length limits of a video or sound; `total`: of all of its kind together.'),
    side: z
      .object({ min: z.int(), max: z.int().optional() })
      .optional()
      .describe('Pixels that width and height may each have, after rotation.'),
    pixels: span.optional().describe('Width times height.'),
    ratio: span.optional().describe('Width by height.'),
    fps: span.optional().describe('Frames per second.'),
    codecs: z
      .object({ video: z.array(z.string()), audio: z.array(z.string()) })
      .optional()
      .describe('How the pictures and the sound of a video may be coded.'),
  })
  .meta({ id: 'InputRule', description: 'How many inputs of a role and kind a mode takes, and what they may be.' });

/** What a model can do in one mode: allowed values, then what is sent when nothing is said. */
const modeDescription = z
  .object({
    duration: z.object({
      allowed: z.array(z.int()),
      default: z.int(),
      adjusted: z
        .record(z.string(), z.int())
        .optional()
        .describe('Durations that are taken as another one, with a warning.'),
    }),
    size: z.object({
      allowed: z.array(z.enum(RESOLUTIONS)),
      default: z.enum(RESOLUTIONS),
      at: z
        .record(z.string(), z.array(z.enum(RESOLUTIONS)))
        .optional()
        .describe('Durations that have fewer sizes, the default there first.'),
    }),
    aspect_ratio: z
      .object({ allowed: z.array(z.enum(ASPECT_RATIOS)), default: z.enum(ASPECT_RATIOS).nullable() })
      .describe('Empty: the picture follows the input.'),
    prompt: z.object({ required: z.boolean(), max_chars: z.int() }),
    inputs: z.array(inputRule),
    total_inputs: z.object({ min: z.int(), max: z.int() }).optional().describe('Of all kinds together.'),
    frame_pair: span.optional().describe('Pixels of the first frame by those of the last.'),
    audio: z.object({ choice: z.enum(['optional', 'never', 'always']), default: z.boolean() }),
    seed: z.object({ min: z.int(), max: z.int() }).nullable(),
    options: z.array(z.string()).describe('Names that may stand in extra_body.'),
    ignored: z.array(z.string()).describe('Names that are accepted without effect, with a warning.'),
  })
  .meta({ id: 'ModelMode' });

const priceLine = z
  .object({
    provider: z.string(),
    currency: z.enum(CURRENCIES),
    micros: z.int().describe('Millionths of the currency.'),
    per: z.enum(['second', 'million_tokens', 'generation']),
    when: z.string(),
    page: z.string(),
    date: z.string(),
  })
  .meta({ id: 'PriceLine', description: 'What the vendor asks, in its own currency, and when that was read.' });

export const modelDescription = z
  .object({
    id: modelName,
    object: z.literal('video.model'),
    family: z.string(),
    served_by: z.array(z.object({ provider: z.string(), model: z.string() })).describe('First choice first.'),
    off_peak: z.boolean(),
    modes: z.partialRecord(z.enum(MODES), modeDescription),
    prices: z.array(priceLine),
    source: z.object({ page: z.string(), date: z.string() }),
  })
  .meta({ id: 'VideoModel' });

export type ModelDescription = z.infer<typeof modelDescription>;
export type ModeDescription = z.infer<typeof modeDescription>;
