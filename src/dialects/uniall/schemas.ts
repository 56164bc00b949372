import { z } from 'zod';
import { MODES } from '../../domain/request.ts';

/** The bodies of this protocol as schemas: types, OpenAPI and the conformance test are derived from them. */

const integerOrText = z.union([z.int(), z.string()]);
const booleanOrText = z.union([z.boolean(), z.enum(['true', 'false'])]);
const addresses = z.union([z.array(z.string()), z.string()]);

export const createBody = z
  .looseObject({
    model: z.string().describe('A public model name, such as viduq3t-720p; GET /v1/video/models lists them.'),
    prompt: z.string().nullish().describe('What the video shows. Optional where a model can work from media alone.'),
    image: z.string().nullish().describe('First frame: http(s) URL or data URI.'),
    last_image: z.string().nullish().describe('Last frame; only together with image.'),
    reference_image_urls: addresses
      .nullish()
      .describe('Vidu: reference images, named @Image1, @Image2, … in the prompt.'),
    images: addresses.nullish().describe('Seedance: up to 9 reference images. Veo: 2 or 3.'),
    videos: addresses.nullish().describe('Seedance: up to 3 reference videos of 2 to 15 s, 15 s in all.'),
    audios: addresses.nullish().describe('Seedance: up to 3 reference sounds of 2 to 15 s, 15 s in all.'),
    video: z.string().nullish().describe('Veo: the video to extend. Seedance: a reference video.'),
    content: z
      .array(z.looseObject({ type: z.string() }))
      .nullish()
      .describe('Seedance: the vendor’s own parts, instead of prompt and media fields.'),
    duration: integerOrText.nullish().describe('Seconds of video.'),
    size: z.string().nullish().describe('A tier such as 720p, or exact pixels of tier and ratio such as 1280x720.'),
    aspect_ratio: z.string().nullish(),
    metadata: z.record(z.string(), z.unknown()).nullish().describe('Kept and given back.'),
    extra_body: z
      .looseObject({
        audio: booleanOrText.nullish(),
        generate_audio: booleanOrText.nullish(),
        seed: integerOrText.nullish(),
        negative_prompt: z.string().nullish(),
        operation: z.string().nullish(),
      })
      .nullish()
      .describe('Options; its keys may also stand at the top level.'),
  })
  .meta({ id: 'GenerationCreate', description: 'A create body. The mode follows from the inputs that are present.' });

const warning = z
  .object({
    code: z.string(),
    param: z.string(),
    message: z.string(),
    requested: z.unknown().optional(),
    sent: z.unknown().optional(),
  })
  .meta({ id: 'Warning', description: 'A change that was decided for you.' });

const cost = z
  .object({
    currency: z.literal('USD'),
    quoted_micros: z.int().describe('Micro-dollars; what the first route costs at most.'),
    held_micros: z.int(),
    settled_micros: z.int(),
  })
  .meta({ id: 'Cost' });

const media = z
  .object({
    seconds: z.number(),
    width: z.int(),
    height: z.int(),
    fps: z.number(),
    bytes: z.int(),
    sha256: z.string(),
    audio: z.boolean(),
  })
  .meta({ id: 'MediaFacts', description: 'What the stored file is, as measured.' });

export const createAnswer = z
  .object({
    id: z.string(),
    task_id: z.string(),
    object: z.literal('video.generation.job'),
    model: z.string(),
    status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
    progress: z.int().min(0).max(100),
    created_at: z.int().describe('Unix seconds.'),
    mode: z.enum(MODES),
    livemode: z.boolean(),
    warnings: z.array(warning).optional(),
    cost,
  })
  .meta({ id: 'GenerationCreated' });

export const queryAnswer = createAnswer
  .extend({
    prompt: z.string(),
    duration: z.number().describe('Elapsed seconds of the task, not the length of the clip.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    metadata: z.unknown().optional(),
    delayed: z.boolean().optional(),
    raw_status: z.string().optional().describe('The vendor’s own word, in upper case.'),
    video_url: z.string().optional(),
    thumbnail_url: z.string().optional(),
    result: z
      .object({
        outputs: z.array(z.string()),
        video_url: z.string(),
        last_frame_url: z.string().optional(),
        media,
      })
      .optional(),
    expires_at: z.int().optional().describe('When the links end, in unix seconds.'),
  })
  .meta({ id: 'Generation' });

export const listAnswer = z
  .object({
    object: z.literal('list'),
    data: z.array(queryAnswer),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: 'GenerationList' });

export type CreateAnswer = z.infer<typeof createAnswer>;
export type QueryAnswer = z.infer<typeof queryAnswer>;
export type ListAnswer = z.infer<typeof listAnswer>;
