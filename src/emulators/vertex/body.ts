/** The body of predictLongRunning. Source: Google: Veo on Vertex AI, model reference. */
import { z } from 'zod';
import { invalidArgument } from './refusals.ts';

const Media = z.strictObject({
  bytesBase64Encoded: z.string().min(1).optional(),
  gcsUri: z.string().min(1).optional(),
  mimeType: z.string().optional(),
});
export type VertexMedia = z.infer<typeof Media>;

const Instance = z.strictObject({
  prompt: z.string().optional(),
  image: Media.optional(),
  lastFrame: Media.optional(),
  referenceImages: z
    .array(z.strictObject({ image: Media, referenceType: z.enum(['asset', 'style', 'ASSET', 'STYLE']) }))
    .min(1)
    .max(3)
    .optional(),
  video: Media.optional(),
});

const Parameters = z.strictObject({
  storageUri: z.string().startsWith('gs://').optional(),
  sampleCount: z.int().min(1).max(4).optional(),
  aspectRatio: z.enum(['16:9', '9:16']).optional(),
  resolution: z.enum(['720p', '1080p', '4k']).optional(),
  durationSeconds: z.int().optional(),
  generateAudio: z.boolean().optional(),
  negativePrompt: z.string().optional(),
  seed: z.int().min(0).max(4_294_967_295).optional(),
  // Veo 3 cannot switch it off.
  enhancePrompt: z.literal(true).optional(),
  // The spellings differ between pages [?].
  personGeneration: z.enum(['allow_adult', 'dont_allow', 'disallow', 'allow_all', 'allowAll']).optional(),
  resizeMode: z.enum(['pad', 'crop']).optional(),
  compressionQuality: z.enum(['optimized', 'lossless']).optional(),
  fps: z.literal(24).optional(),
  pubsubTopic: z.string().optional(),
  task: z.enum(['textToVideo', 'imageToVideo', 'referenceToVideo', 'extend']).optional(),
});

const Body = z.strictObject({
  instances: z.array(Instance).length(1),
  parameters: Parameters.optional(),
  labels: z.record(z.string(), z.string()).optional(),
});

export interface VertexBody {
  readonly instance: z.infer<typeof Instance>;
  readonly parameters: z.infer<typeof Parameters>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads a create body, or throws Google's 400. Names the page does not have are refused. */
export function readBody(sent: unknown): VertexBody {
  const result = Body.safeParse(sent);
  const [issue] = result.error?.issues ?? [];
  const [instance] = result.data?.instances ?? [];
  if (result.data !== undefined && instance !== undefined) {
    return { instance, parameters: result.data.parameters ?? {}, labels: result.data.labels ?? {} };
  }
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    throw invalidArgument(
      `Invalid JSON payload received. Unknown name "${issue.keys[0]}" at '${path}': Cannot find field.`,
    );
  }
  throw invalidArgument(`Invalid value at '${path}': ${issue?.message ?? 'it must be an object'}`);
}
