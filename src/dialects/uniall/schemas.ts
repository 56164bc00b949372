import { z } from 'zod';
import { generationCost } from '../../application/generation-cost.ts';
import { modelName } from '../../application/model-description.ts';
import { FAILURES, type FailureCode } from '../../domain/failure.ts';
import { MODES } from '../../domain/request.ts';

/** The bodies of this protocol as schemas: types, OpenAPI and the conformance test are derived from them. */

const integerOrText = z.union([z.int(), z.string(), z.null()]).optional();
const booleanOrText = z.union([z.boolean(), z.string(), z.null()]).optional();
const text = z.string().nullish();
const addresses = z.union([z.array(z.string()), z.string(), z.null()]).optional();
const failureCodes = Object.keys(FAILURES) as FailureCode[]; // keys of a const table

const audio = booleanOrText.describe('Whether the video has sound. The same as generate_audio.');
const seed = integerOrText.describe('Where the model takes one.');
const operation = text.describe(
  'Seedance: reference_to_video, edit_video, extend_video or first_last_frame. No effect beside content.',
);

const contentPart = z.looseObject({ type: z.string().describe('text, image_url, video_url or audio_url.') }).meta({
  id: 'ContentPart',
  description:
    'A part of content: {"type":"text","text":…} or {"type":"image_url","image_url":{"url":…},"role":…}. Roles: first_frame, last_frame, reference_image, reference_video, reference_audio.',
});

export const createBody = z
  .looseObject({
    model: modelName,
    prompt: text.describe('What the video shows. Optional where a model can work from media alone.'),
    image: text.describe('First frame: http(s) URL, data URI, or the id of a file (POST /v1/files).'),
    last_image: text.describe('Last frame; only together with image.'),
    reference_image_urls: addresses.describe('Vidu: reference images, named @Image1, @Image2, … in the prompt.'),
    images: addresses.describe('Seedance: up to 9 reference images. Veo: 2 or 3.'),
    videos: addresses.describe('Seedance: up to 3 reference videos of 2 to 15 s, 15 s in all.'),
    audios: addresses.describe('Seedance: up to 3 reference sounds of 2 to 15 s, 15 s in all.'),
    video: text.describe('Veo: the video to extend. Seedance: a reference video.'),
    content: z
      .array(contentPart)
      .nullish()
      .describe('Seedance: the vendor’s own parts, instead of prompt and media fields.'),
    duration: integerOrText.describe('Seconds of video.'),
    seconds: integerOrText.describe('The same as duration.'),
    size: text.describe('A tier such as 720p, or exact pixels of tier and ratio such as 1280x720.'),
    resolution: text.describe('The same as size.'),
    aspect_ratio: text.describe('Such as 16:9; auto lets the model choose, where it can.'),
    ratio: text.describe('The same as aspect_ratio.'),
    audio,
    generate_audio: booleanOrText.describe('The same as audio.'),
    seed,
    operation,
    metadata: z.record(z.string(), z.unknown()).nullish().describe('Kept and given back.'),
    extra_body: z
      .looseObject({ audio, seed, operation })
      .nullish()
      .describe('Options of the model (docs/models.md); its keys may also stand at the top level.'),
  })
  .meta({
    id: 'GenerationCreate',
    description:
      'A create body. The mode follows from the inputs that are present. null is absent; numbers and booleans may come as strings. A name that nobody knows is ignored with a warning; one that this model does not have is refused.',
  });

export const warning = z
  .object({
    code: z.string(),
    param: z.string(),
    message: z.string(),
    requested: z.unknown().optional(),
    sent: z.unknown().optional(),
  })
  .meta({ id: 'Warning', description: 'A change that was decided for you.' });

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

const generationError = z
  .object({ code: z.enum(failureCodes), message: z.string() })
  .meta({ id: 'GenerationError', description: 'Why a generation failed. Its codes are never those of a request.' });

export const createAnswer = z
  .object({
    id: z.string(),
    task_id: z.string(),
    object: z.literal('video.generation.job'),
    model: modelName,
    status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
    progress: z.int().min(0).max(100),
    created_at: z.int().describe('Unix seconds.'),
    mode: z.enum(MODES),
    livemode: z.boolean(),
    warnings: z.array(warning).optional(),
    cost: generationCost,
  })
  .meta({ id: 'GenerationCreated' });

export const queryAnswer = createAnswer
  .extend({
    prompt: z.string(),
    duration: z.number().describe('Elapsed seconds of the task, not the length of the clip.'),
    error: generationError.nullable(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    delayed: z.boolean().optional(),
    cancel_requested: z.literal(true).optional().describe('A cancel was asked for and is done as soon as it can be.'),
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
