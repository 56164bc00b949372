import { z } from 'zod';
import { modelName } from '../../application/model-description.ts';

/** The bodies of this protocol as schemas: types, OpenAPI and the conformance test are derived from them. */

const integerOrText = z.union([z.int(), z.string(), z.null()]).optional();
const booleanOrText = z.union([z.boolean(), z.string(), z.null()]).optional();
const text = z.string().nullish();
const addresses = z.array(z.string()).nullish();

const subject = z
  .looseObject({
    name: text.describe('What the prompt says after @. Older clients call it id.'),
    images: addresses.describe('Up to 3, with the videos.'),
    videos: addresses.describe('viduq2-pro.'),
    voice_id: text,
    server_id: text.describe('Of the vendor’s library.'),
  })
  .meta({ id: 'ViduSubject' });

export const viduCreateBody = z
  .looseObject({
    model: modelName,
    prompt: text.describe('At most 5000 characters. Required on text2video and reference2video.'),
    images: addresses.describe(
      'http(s) URL or data URI. img2video: one; start-end2video: the first and the last frame; reference2video: references.',
    ),
    videos: addresses.describe('reference2video: reference videos, where the model takes them.'),
    subjects: z.array(subject).nullish().describe('reference2video: named references, instead of images and videos.'),
    sounds: addresses.describe('reference2video: reference sounds, where the model takes them.'),
    duration: integerOrText.describe('Seconds; docs/models.md has the range of each model.'),
    seed: integerOrText.describe('0 or absent: one is chosen, and given back.'),
    aspect_ratio: text,
    resolution: text.describe('Such as 720p.'),
    style: text.describe('general or anime.'),
    movement_amplitude: text.describe('auto, small, medium or large.'),
    bgm: booleanOrText,
    audio: booleanOrText,
    audio_type: text.describe('all, speech_only or sound_effect_only.'),
    voice_id: text,
    is_rec: booleanOrText,
    auto_subjects: booleanOrText,
    watermark: booleanOrText,
    wm_position: integerOrText.describe(
      '1 top_left, 2 top_right, 3 bottom_right, 4 bottom_left: the number or the word.',
    ),
    wm_url: text,
    meta_data: text.describe('JSON text.'),
    payload: text.describe('At most 1,048,576 characters; kept, and given back.'),
    off_peak: booleanOrText,
    callback_url: text,
  })
  .meta({
    id: 'ViduCreate',
    description:
      'A create body of Vidu’s API. Booleans and whole numbers may be strings, null is absent. A name that nobody knows is ignored with a warning in the header Onereel-Warnings; one that this model does not have is refused.',
  });

const echo = {
  prompt: z.string(),
  images: z.array(z.string()).describe('As given; of a data URI the beginning.'),
  duration: z.int(),
  seed: z.int(),
  aspect_ratio: z.string().describe('Empty where the picture follows the first frame.'),
  resolution: z.string(),
  audio: z.boolean(),
  bgm: z.boolean(),
  off_peak: z.boolean(),
};

const echoAll = {
  ...echo,
  videos: z.array(z.string()).optional(),
  subjects: z.array(z.unknown()).optional(),
  audio_type: z.string(),
  movement_amplitude: z.string(),
  style: z.string(),
  is_rec: z.boolean(),
  payload: z.string(),
  watermark: z.boolean(),
  wm_position: z.string().describe('top_left, top_right, bottom_right, bottom_left or unspecified.'),
  wm_url: z.string(),
  meta_data: z.string(),
  client_request_id: z.string(),
  cus_priority: z.int(),
};

const credits = z.int().describe('1 credit is $0.005.');
const moment = z.string().describe('RFC 3339 with nanoseconds.');

export const STATES = ['created', 'queueing', 'processing', 'success', 'failed'] as const;
const state = z.enum(STATES);
export type ViduState = z.infer<typeof state>;

export const viduCreated = z
  .object({
    task_id: z.string(),
    state: z.literal('created'),
    type: z.string(),
    model: modelName,
    ...echoAll,
    credits,
    created_at: moment,
  })
  .meta({ id: 'ViduCreated' });

const creation = z
  .object({
    id: z.string(),
    url: z.string(),
    cover_url: z.string(),
    watermarked_url: z.string().describe('The marked video, where a watermark was asked for; url is the same then.'),
    moderation_url: z.array(z.string()),
    video: z.object({
      duration: z.int(),
      fps: z.int(),
      resolution: z.object({ width: z.int(), height: z.int() }),
    }),
    speech_url: z.string(),
    sound_url: z.string(),
    bgm_url: z.string(),
  })
  .meta({ id: 'ViduCreation', description: 'Links hold for a day from the answer they stand in.' });

const task = {
  id: z.string(),
  state,
  err_code: z.string().describe('Empty unless it failed.'),
  credits,
  type: z.string(),
  model: modelName,
  template: z.string(),
  created_at: moment,
  creations: z.array(creation),
};

export const viduCreations = z
  .object({ ...task, progress: z.int().min(0).max(100), ...echoAll })
  .meta({ id: 'ViduCreations' });

const listItem = z.object({ ...task, key_id: z.string(), ...echo }).meta({ id: 'ViduTask' });

export const viduTaskList = z
  .object({ next_page_token: z.string(), tasks: z.array(listItem) })
  .meta({ id: 'ViduTaskList' });

const kind = z.enum(['test', 'metered', 'concurrent']);

export const viduCredits = z
  .object({
    remains: z.array(
      z.object({
        type: kind,
        credit_remain: z.int(),
        concurrency_limit: z.int(),
        current_concurrency: z.int(),
        queue_count: z.int(),
      }),
    ),
    packages: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        type: kind,
        concurrency: z.int(),
        credit_amount: z.int(),
        credit_remain: z.int(),
        created_at: z.string(),
        purchase_at: z.string(),
        valid_from: z.string(),
        valid_to: z.string(),
      }),
    ),
  })
  .meta({ id: 'ViduCredits' });

export type CreateAnswer = z.infer<typeof viduCreated>;
export type CreationsAnswer = z.infer<typeof viduCreations>;
export type ListItem = z.infer<typeof listItem>;
export type TaskList = z.infer<typeof viduTaskList>;
export type CreditsAnswer = z.infer<typeof viduCredits>;
