/** The bodies of Vidu's create calls. Source: Vidu: request parameters. */
import { z } from 'zod';
import type { ViduRoute } from './models.ts';
import { viduRefusal } from './refusals.ts';

// The newest pages print 5000 everywhere; the Chinese page keeps 2000 on the reference images form [?].
const LONGEST_PROMPT = 5000;
const LONGEST_PAYLOAD = 1_048_576;

const prompt = z.string().min(1).max(LONGEST_PROMPT);
const common = {
  model: z.string(),
  prompt: prompt.optional(),
  duration: z.int().optional(),
  seed: z.int().optional(),
  resolution: z.string().optional(),
  movement_amplitude: z.enum(['auto', 'small', 'medium', 'large']).optional(),
  bgm: z.boolean().optional(),
  payload: z.string().max(LONGEST_PAYLOAD).optional(),
  off_peak: z.boolean().optional(),
  watermark: z.boolean().optional(),
  wm_position: z.int().min(1).max(4).optional(),
  wm_url: z.string().optional(),
  meta_data: z.string().optional(),
  callback_url: z.string().optional(),
  audio: z.boolean().optional(),
};
const { bgm: _bgm, ...withoutMusic } = common;
// One page prints `sound-effect_only` [?]: both.
const audioType = z.enum(['all', 'speech_only', 'sound_effect_only', 'sound-effect_only']).optional();
const ratio = z.enum(['16:9', '9:16', '3:4', '4:3', '1:1']).optional();
const images = z.array(z.string());

const Subject = z.strictObject({
  name: z.string().optional(),
  /** What the older pages call `name`. */
  id: z.string().optional(),
  images: images.optional(),
  videos: z.array(z.string()).optional(),
  voice_id: z.string().optional(),
  server_id: z.string().optional(),
});

const bodies = {
  text2video: z.strictObject({
    ...common,
    prompt,
    style: z.enum(['general', 'anime']).optional(),
    aspect_ratio: ratio,
  }),
  img2video: z.strictObject({
    ...common,
    images,
    audio_type: audioType,
    voice_id: z.string().optional(),
    is_rec: z.boolean().optional(),
  }),
  'start-end2video': z.strictObject({ ...common, images, is_rec: z.boolean().optional() }),
  'reference-images': z.strictObject({
    ...common,
    prompt,
    images: images.optional(),
    videos: z.array(z.string()).optional(),
    aspect_ratio: ratio,
  }),
  // No bgm on this form.
  'reference-subjects': z.strictObject({
    ...withoutMusic,
    prompt,
    subjects: z.array(Subject),
    auto_subjects: z.boolean().optional(),
    audio_type: audioType,
    aspect_ratio: ratio,
  }),
} as const satisfies Record<ViduRoute, z.ZodType>;

/** A create body of any route: what a route does not have is absent. */
const AnyBody = z.object({
  ...common,
  style: z.string().optional(),
  aspect_ratio: ratio,
  images: images.optional(),
  videos: z.array(z.string()).optional(),
  subjects: z.array(Subject).optional(),
  auto_subjects: z.boolean().optional(),
  audio_type: audioType,
  voice_id: z.string().optional(),
  is_rec: z.boolean().optional(),
});
export type ViduBody = z.infer<typeof AnyBody>;

function isMissing(body: unknown, path: readonly PropertyKey[]): boolean {
  let value = body;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value === undefined;
}

function refuse(issue: z.core.$ZodIssue, body: unknown): never {
  // Whether Vidu ignores or refuses names it does not know on a route is not documented. Refusing finds our mistakes.
  if (issue.code === 'unrecognized_keys') {
    throw viduRefusal(400, 'FieldUnwanted', `fields [${issue.keys.join(', ')}] are not wanted`);
  }
  const field = issue.path.join('.');
  if (field === '') throw viduRefusal(400, 'CODEC', 'body unmarshal error: not an object');
  if (isMissing(body, issue.path)) throw viduRefusal(400, 'FieldLacking', `fields [${field}] are lacking`);
  throw viduRefusal(400, 'FieldInvalid', `fields [${field}] are invalid: ${issue.message}`);
}

/** Without the fields that are null: they count as absent. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** Reads a create body, or throws Vidu's 400. */
export function readBody(route: ViduRoute, sent: unknown): ViduBody {
  const body = withoutNulls(sent);
  const result = bodies[route].safeParse(body);
  const [issue] = result.error?.issues ?? [];
  if (issue !== undefined) refuse(issue, body);
  return AnyBody.parse(result.data);
}
