import type { Exchange } from '../../domain/http.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Observation, Submission } from '../../domain/provider.ts';
import { type DeliveredMedia, type GenerationRequest, type Input, inputsOf } from '../../domain/request.ts';
import { refusedSubmit, rowOf } from '../kit/failure-table.ts';
import { sentModelId } from '../kit/model-id.ts';
import { succeeded, unanswered } from '../kit/unanswered.ts';
import { GOOGLE_FAILURES } from './failures.ts';
import { PARAMETER_NAMES } from './options.ts';
import { errorIn, filtered, modelPath, started, type VertexOperation, vertexSettings } from './wire.ts';

/** Bytes as Vertex takes them; an address here is a bug of ours, because the model asks for bytes. */
function bytesOf({ source }: Input<DeliveredMedia>): JsonObject {
  if (!('base64' in source)) throw new Error('Vertex takes inputs as bytes only');
  return { bytesBase64Encoded: source.base64, mimeType: source.mediaType };
}

/** Google: instances[0]. */
function instanceOf(request: GenerationRequest<DeliveredMedia>): JsonObject {
  const [first] = inputsOf(request, 'first_frame');
  const [last] = inputsOf(request, 'last_frame');
  const [source] = inputsOf(request, 'source');
  const references = inputsOf(request, 'reference');
  return {
    ...(request.prompt !== '' && { prompt: request.prompt }),
    ...(first && { image: bytesOf(first) }),
    ...(last && { lastFrame: bytesOf(last) }),
    ...(references.length > 0 && {
      referenceImages: references.map((reference) => ({ image: bytesOf(reference), referenceType: 'asset' })),
    }),
    ...(source && { video: bytesOf(source) }),
  };
}

/** A folder for this attempt alone, so that its file can be told from others'. */
function storageUri(bucket: string, tag: string): string {
  const place = bucket.replace(/^gs:\/\//, '').replace(/\/+$/, '');
  return `gs://${place}/${encodeURIComponent(tag)}/`;
}

/** Google: parameters, every default explicit. An extension adds 7 s by itself: 7 is not among the lengths to ask for. */
function parametersOf({ request, settings, tag }: Submission): JsonObject {
  const { bucket } = vertexSettings(settings);
  const options = Object.entries(request.options).map(([name, value]): [string, Json] => [
    PARAMETER_NAMES[name] ?? name,
    value,
  ]);
  return {
    sampleCount: 1,
    resolution: request.resolution,
    ...(request.aspectRatio !== undefined && { aspectRatio: request.aspectRatio }),
    ...(request.mode !== 'extend' && { durationSeconds: request.seconds }),
    generateAudio: request.audio,
    ...(request.seed !== undefined && { seed: request.seed }),
    ...Object.fromEntries(options),
    ...(bucket !== undefined && { storageUri: storageUri(bucket, tag) }),
  };
}

/** Google: what a label's value may be. */
const isLabel = (tag: string): boolean => /^[a-z0-9_-]{1,63}$/.test(tag);

const handleOf = (submission: Submission, name: string): VertexOperation => {
  const { project, location } = vertexSettings(submission.settings);
  return { name, model: sentModelId(submission), project, location, seconds: submission.request.seconds };
};

/** Google: predictLongRunning. There is no idempotency key and nothing comes back; the label shows in Google's billing. */
export const submit: Exchange<Submission, Observation<VertexOperation>> = {
  build(submission) {
    const { request, tag } = submission;
    return {
      method: 'POST',
      path: modelPath(handleOf(submission, ''), 'predictLongRunning'),
      body: {
        json: {
          instances: [instanceOf(request)],
          parameters: parametersOf(submission),
          ...(isLabel(tag) && { labels: { onereel: tag } }),
        },
      },
    };
  },

  parse(response, submission) {
    if (!succeeded(response)) {
      const error = errorIn(response);
      const failure = error && response.status === 400 ? filtered(response, error) : undefined;
      if (failure) return { state: 'failed', failure };
      const row = error && rowOf(GOOGLE_FAILURES, error.code);
      return refusedSubmit({ response, status: response.status, error, row });
    }
    const read = started.safeParse(response.json);
    if (!read.success) return unanswered(response, { started: 'maybe' });
    return { state: 'running', operation: handleOf(submission, read.data.name) };
  },
};
