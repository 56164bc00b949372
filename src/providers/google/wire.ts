import { z } from 'zod';
import type { Failure } from '../../domain/failure.ts';
import type { HttpResponse } from '../../domain/http.ts';
import type { ChannelSettings } from '../../domain/provider.ts';
import { type VendorError, vendorWords } from '../kit/unanswered.ts';
import { vendorId } from '../kit/vendor-id.ts';
import { filterCategories } from './failures.ts';

/** Stands in a path for the project of the service account, which only signing knows. */
export const PROJECT_OF_THE_ACCOUNT = '{project}';

const part = (words: string) =>
  z.string({ error: words }).regex(/^(?!\.{1,2}$)[A-Za-z0-9][A-Za-z0-9.:_-]*$/, { error: words });
const BUCKET = 'must be gs://bucket/prefix';

export const vertexSettingsShape = {
  /** Google Cloud project; the service account's own when absent. */
  project: part('must be the id of a Google Cloud project').optional(),
  /** The region, also of the host: see the origins. */
  location: part('must be a region of Google Cloud, such as us-central1').optional(),
  /** `gs://bucket/prefix`: finished videos are written there instead of coming inside the answer. */
  bucket: z
    .string({ error: BUCKET })
    .regex(/^(gs:\/\/)?[a-z0-9][a-z0-9._-]+(\/[^\s]*)?$/, { error: BUCKET })
    .optional(),
};

const settings = z.object({
  ...vertexSettingsShape,
  project: vertexSettingsShape.project.default(PROJECT_OF_THE_ACCOUNT),
  location: vertexSettingsShape.location.default('us-central1'),
});

/** The channel's settings as this vendor has them. Throws when one is wrong. */
export const vertexSettings = (given: ChannelSettings): z.infer<typeof settings> => settings.parse(given);

/** The handle of an operation: its name, and the address of the model that it must be asked at. */
export const vertexOperation = z.object({
  name: z.string().min(1),
  model: vendorId,
  project: vendorId,
  location: vendorId,
  /** Seconds that were asked for and are billed: Veo reports no usage. */
  seconds: z.number().positive(),
});
export type VertexOperation = z.infer<typeof vertexOperation>;

/** The path of a model's method. The project placeholder stays readable for `sign`. */
export function modelPath(
  { project, location, model }: Pick<VertexOperation, 'project' | 'location' | 'model'>,
  method: 'predictLongRunning' | 'fetchPredictOperation',
): `/${string}` {
  const encodedProject = project === PROJECT_OF_THE_ACCOUNT ? project : encodeURIComponent(project);
  const place = `/v1/projects/${encodedProject}/locations/${encodeURIComponent(location)}` as const;
  return `${place}/publishers/google/models/${encodeURIComponent(model)}:${method}`;
}

const text = z.string().nullish().catch(undefined);

/** Google: operation. Before the end there is a name and no `done`. */
export const operationAnswer = z.object({
  name: text,
  done: z.boolean().nullish(),
  error: z.object({ code: z.int(), message: text }).nullish(),
  response: z
    .object({
      raiMediaFilteredCount: z.number().nullish().catch(undefined),
      raiMediaFilteredReasons: z.array(z.string()).nullish().catch(undefined),
      videos: z.array(z.object({ gcsUri: text, bytesBase64Encoded: text, mimeType: text })).nullish(),
    })
    .nullish(),
});
export type OperationAnswer = z.infer<typeof operationAnswer>;

export const started = z.object({ name: z.string().min(1) });

const envelope = z.object({ error: z.object({ code: z.int(), message: text, status: z.string().min(1) }) });

/** Google: standard error body. */
export function errorIn({ status, json }: HttpResponse): VendorError | undefined {
  const read = envelope.safeParse(json);
  if (status < 400 || !read.success) return undefined;
  const { message, status: name } = read.data.error;
  return { code: name, ...(typeof message === 'string' && { message }) };
}

/** The failure behind words of the safety filter; `undefined` when they are not the filter's. */
export function filtered(response: HttpResponse, error: VendorError): Failure | undefined {
  const categories = filterCategories(error.message ?? '');
  if (categories.length === 0) return undefined;
  return { code: 'content_rejected', vendor: { ...vendorWords(response, error), detail: { categories } } };
}
