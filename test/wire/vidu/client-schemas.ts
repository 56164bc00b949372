/** What Vidu's pages say its answers hold. Unknown fields may come along; a field that is there has its type. */
import { z } from 'zod';

/** Ids exceed 2^53: strings of decimal digits. */
const id = z.string().regex(/^\d+$/);
const count = z.int().min(0);
/** RFC 3339 with a fraction of any length. */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/);
const state = z.enum(['created', 'queueing', 'processing', 'success', 'failed']);
const link = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]);

/** A success has no `code`: official clients take one for an error. */
const success = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject({ ...shape, code: z.never().optional(), reason: z.never().optional() });

/** "Text to video", "Image to video", "Start end to video", "Reference to video": the answer to a create. */
export const createdSchema = success({
  task_id: id,
  state: z.literal('created'),
  model: z.string().min(1),
  prompt: z.string(),
  images: z.array(z.string()).optional(),
  videos: z.array(z.string()).optional(),
  duration: count,
  seed: count,
  aspect_ratio: z.string(),
  resolution: z.string(),
  bgm: z.boolean(),
  audio: z.boolean(),
  audio_type: z.string(),
  movement_amplitude: z.enum(['auto', 'small', 'medium', 'large']),
  payload: z.string(),
  off_peak: z.boolean(),
  credits: count,
  watermark: z.boolean(),
  created_at: moment,
  // Seen in a real answer.
  type: z.string().optional(),
  style: z.string().optional(),
  is_rec: z.boolean().optional(),
  meta_data: z.string().optional(),
  wm_position: z.string().optional(),
  wm_url: z.string().optional(),
  client_request_id: z.string().optional(),
  cus_priority: z.int().optional(),
});

const creation = z.looseObject({ id, url: link, cover_url: link, watermarked_url: link });

/** "Get generation". */
export const creationsSchema = success({
  id,
  state,
  err_code: z.string(),
  credits: count,
  payload: z.string(),
  bgm: z.boolean(),
  off_peak: z.boolean(),
  creations: z.array(creation),
  progress: z.number().min(0).max(100).optional(),
}).superRefine((task, context) => {
  const wrong = (message: string) => context.addIssue({ code: 'custom', message });
  if (task.state === 'success' && (task.creations.length === 0 || task.err_code !== ''))
    wrong('a success has creations');
  if (task.state !== 'success' && task.creations.length > 0) wrong('creations come with success');
  if ((task.state === 'failed') !== (task.err_code !== '')) wrong('err_code is for what failed');
  if (task.creations.some(({ url }) => url === '')) wrong('a creation has its video');
});

/** "Tasks list". */
export const taskListSchema = success({
  next_page_token: z.string(),
  tasks: z.array(
    z.looseObject({
      id,
      key_id: z.string(),
      template: z.string(),
      model: z.string().min(1),
      prompt: z.string(),
      images: z.array(z.string()),
      duration: count,
      resolution: z.string(),
      aspect_ratio: z.string(),
      state: state.optional(),
      creations: z.array(
        z.looseObject({
          id,
          url: link,
          cover_url: link,
          video: z.looseObject({
            duration: z.number(),
            fps: z.number(),
            resolution: z.looseObject({ width: count, height: count }),
          }),
        }),
      ),
    }),
  ),
});

/** "Cancel generation". */
export const cancelledSchema = z.strictObject({});

const fund = z.enum(['test', 'metered', 'concurrent']);

/** "Get account info". */
export const creditsSchema = success({
  remains: z
    .array(
      z.looseObject({
        type: fund,
        credit_remain: count,
        concurrency_limit: count,
        current_concurrency: count,
        queue_count: count,
      }),
    )
    .min(1),
  packages: z
    .array(
      z.looseObject({
        id: z.string(),
        name: z.string(),
        type: fund,
        concurrency: count,
        credit_amount: count,
        credit_remain: count,
        created_at: z.string(),
        purchase_at: z.string(),
        valid_from: z.string(),
        valid_to: z.string(),
      }),
    )
    .optional(),
});

/** "Error code". */
export const refusalSchema = z.looseObject({
  code: z.int().min(400).max(599),
  reason: z.string().min(1),
  message: z.string().min(1),
  metadata: z.looseObject({ trace_id: z.string().min(1) }),
});

export type Created = z.infer<typeof createdSchema>;
export type Creations = z.infer<typeof creationsSchema>;
export type TaskList = z.infer<typeof taskListSchema>;
export type Credits = z.infer<typeof creditsSchema>;
export type Refusal = z.infer<typeof refusalSchema>;
