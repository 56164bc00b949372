/** The body of Ark's create call. Source: Ark: create video generation task, content parts. JSON fields are validated strictly. */
import { z } from 'zod';
import { RATIOS } from './models.ts';
import { invalidParameter, missingParameter, unsupportedParameter } from './refusals.ts';

const url = z.object({ url: z.string().min(1) });
const Part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('image_url'),
    image_url: url,
    role: z.enum(['first_frame', 'last_frame', 'reference_image']).optional(),
  }),
  z.strictObject({ type: z.literal('video_url'), video_url: url, role: z.literal('reference_video').optional() }),
  z.strictObject({ type: z.literal('audio_url'), audio_url: url, role: z.literal('reference_audio').optional() }),
  z.strictObject({ type: z.literal('draft_task'), draft_task: z.object({ id: z.string() }) }),
]);
export type Part = z.infer<typeof Part>;

const ArkBody = z.strictObject({
  model: z.string(),
  content: z.array(Part).min(1),
  resolution: z.enum(['480p', '720p', '1080p', '4k']).optional(),
  ratio: z.enum([...RATIOS, 'adaptive']).optional(),
  duration: z.int().optional(),
  frames: z.int().optional(),
  seed: z.int().min(-1).max(4_294_967_295).optional(),
  camera_fixed: z.boolean().optional(),
  generate_audio: z.boolean().optional(),
  watermark: z.boolean().optional(),
  return_last_frame: z.boolean().optional(),
  draft: z.boolean().optional(),
  service_tier: z.enum(['default', 'flex']).optional(),
  execution_expires_after: z.int().min(3600).max(259_200).optional(),
  priority: z.int().min(0).max(9).optional(),
  callback_url: z.url().optional(),
  safety_identifier: z.string().max(64).optional(),
  tools: z.array(z.strictObject({ type: z.literal('web_search') })).optional(),
  output_format: z.enum(['mp4', 'mov']).optional(),
  omni_reference_task_type: z.enum(['auto', 'reference', 'edit', 'extend']).optional(),
});
export type ArkBody = z.infer<typeof ArkBody>;

const spell = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  );
}

/** Reads a create body, or throws Ark's 400. Names the page does not have are refused: whether Ark ignores them is not said. */
export function readBody(body: unknown): ArkBody {
  const result = ArkBody.safeParse(body);
  const issue = result.error?.issues[0];
  if (issue === undefined && result.data !== undefined) return result.data;
  const param = spell(issue?.path ?? []);
  if (issue?.code === 'unrecognized_keys')
    throw unsupportedParameter(issue.keys[0] ?? param, 'there is no such parameter');
  if (param === '') throw invalidParameter('body', 'it must be a JSON object');
  if (valueAt(body, issue?.path ?? []) === undefined) throw missingParameter(param);
  throw invalidParameter(param, issue?.message ?? 'wrong type');
}
