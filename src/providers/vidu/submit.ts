import type { Exchange } from '../../domain/http.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Observation, Submission } from '../../domain/provider.ts';
import { type DeliveredMedia, type GenerationRequest, inputsOf, type Mode } from '../../domain/request.ts';
import { refusedSubmit, rowOf } from '../kit/failure-table.ts';
import { addressOf } from '../kit/media.ts';
import { sentModelId } from '../kit/model-id.ts';
import { succeeded, unanswered } from '../kit/unanswered.ts';
import { VIDU_FAILURES } from './failures.ts';
import { whyNoMusic } from './ignored.ts';
import { subjectMembers, takesSubjects } from './subjects.ts';
import { created, errorIn, type ViduOperation } from './wire.ts';

const ENDPOINTS: { readonly [M in Mode]?: `/${string}` } = {
  text: '/ent/v2/text2video',
  image: '/ent/v2/img2video',
  frames: '/ent/v2/start-end2video',
  references: '/ent/v2/reference2video',
};

/**
 * Plain images, or subjects when the request or its prompt names them: their presence selects the form of
 * reference2video.
 */
function referenceMembers(request: GenerationRequest<DeliveredMedia>, modelId: string): JsonObject {
  if (takesSubjects(request, modelId)) return subjectMembers(request, modelId);
  const images = inputsOf(request, 'reference', 'image').map(addressOf);
  const videos = inputsOf(request, 'reference', 'video').map(addressOf);
  return { images, ...(videos.length > 0 && { videos }) };
}

function mediaMembers(request: GenerationRequest<DeliveredMedia>, modelId: string): JsonObject {
  if (request.mode === 'references') return referenceMembers(request, modelId);
  const frames = [...inputsOf(request, 'first_frame'), ...inputsOf(request, 'last_frame')];
  return frames.length > 0 ? { images: frames.map(addressOf) } : {};
}

/** "Needed when audio is true" where tracks can be told apart, and on img2video; Q3 knows `all` only. */
function soundMembers({ request: { audio, mode }, model }: Submission): JsonObject {
  const capabilities = model.modes[mode];
  if (capabilities?.audio.choice === 'never') return {};
  const isTyped = mode === 'image' || Object.hasOwn(capabilities?.options.shape ?? {}, 'audio_type');
  return { audio, ...(audio && isTyped && { audio_type: 'all' }) };
}

/** Without the music, even the absence of it, where Vidu knows none. */
function optionMembers({ request, model }: Submission): JsonObject {
  const { bgm, subjects: _, auto_subjects: __, ...others } = request.options;
  return whyNoMusic(request, model.id) === undefined && bgm !== undefined ? { ...others, bgm } : others;
}

/** The body of a create call, every default explicit (Vidu: request parameters). */
function bodyOf(submission: Submission): JsonObject {
  const { request, model, tag } = submission;
  return {
    model: sentModelId(submission),
    ...(request.prompt !== '' && { prompt: request.prompt }),
    ...mediaMembers(request, model.id),
    duration: request.seconds,
    resolution: request.resolution,
    ...(request.aspectRatio !== undefined && { aspect_ratio: request.aspectRatio }),
    ...soundMembers(submission),
    ...(request.seed !== undefined && { seed: request.seed }),
    off_peak: request.offPeak,
    ...optionMembers(submission),
    payload: tag,
  };
}

/** Vidu: create. There is no idempotency key; `payload` comes back with the task. */
export const submit: Exchange<Submission, Observation<ViduOperation>> = {
  build(submission) {
    const path = ENDPOINTS[submission.request.mode];
    if (path === undefined) throw new Error(`Vidu has no endpoint for mode ${submission.request.mode}`);
    return { method: 'POST', path, body: { json: bodyOf(submission) } };
  },

  parse(response) {
    const error = errorIn(response);
    if (error || !succeeded(response)) {
      const row = error && rowOf(VIDU_FAILURES, error.code);
      return refusedSubmit({ response, status: error?.status ?? response.status, error, row });
    }
    const read = created.safeParse(response.json);
    if (!read.success) return unanswered(response, { started: 'maybe' });
    const { task_id, state, payload } = read.data;
    return {
      state: 'running',
      operation: { taskId: task_id },
      queued: true,
      ...(typeof state === 'string' && { vendorState: state }),
      ...(typeof payload === 'string' && payload !== '' && { tag: payload }),
    };
  },
};
