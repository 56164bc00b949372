import type { Exchange } from '../../domain/http.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Observation, Submission } from '../../domain/provider.ts';
import type { DeliveredMedia, GenerationRequest, Input, InputRole, MediaKind } from '../../domain/request.ts';
import { refusedSubmit, rowOf } from '../kit/failure-table.ts';
import { addressOf } from '../kit/media.ts';
import { sentModelId } from '../kit/model-id.ts';
import { succeeded, unanswered } from '../kit/unanswered.ts';
import { ARK_FAILURES } from './failures.ts';
import { neutralisePromptSuffixes } from './prompt-suffixes.ts';
import { type ArkOperation, created, errorIn } from './wire.ts';

export const TASKS_PATH = '/api/v3/contents/generations/tasks';

/** The prompt refers to inputs by their order within a kind ("Image 1"), so kinds keep the caller's order. */
const KINDS: readonly MediaKind[] = ['image', 'video', 'audio'];

const roleOf = (role: InputRole, kind: MediaKind): string => (role === 'reference' ? `reference_${kind}` : role);

/** Ark names sounds in data URIs by format: `data:audio/mp3`, `data:audio/wav`. */
const arkAddressOf = (input: Input<DeliveredMedia>): string =>
  addressOf(input).replace(/^data:audio\/mpeg\b/, 'data:audio/mp3');

const mediaPart = (input: Input<DeliveredMedia>): JsonObject => ({
  type: `${input.kind}_url`,
  [`${input.kind}_url`]: { url: arkAddressOf(input) },
  role: roleOf(input.role, input.kind),
});

/** Ark: content parts. First frame before last, whatever the order they were given in. */
function contentOf({ prompt, inputs }: GenerationRequest<DeliveredMedia>): JsonObject[] {
  const ordered = KINDS.flatMap((kind) => inputs.filter((input) => input.kind === kind));
  const frames = ordered.filter(({ role }) => role === 'first_frame');
  const rest = ordered.filter(({ role }) => role !== 'first_frame');
  return [
    ...(prompt === '' ? [] : [{ type: 'text', text: neutralisePromptSuffixes(prompt).prompt }]),
    ...[...frames, ...rest].map(mediaPart),
  ];
}

/**
 * Ark: create. There is no idempotency key; `safety_identifier` comes back with the task. Every default is explicit, and
 * size and length go as JSON members, which Ark checks strictly.
 */
export const submit: Exchange<Submission, Observation<ArkOperation>> = {
  build(submission) {
    const { request, tag } = submission;
    const json: JsonObject = {
      model: sentModelId(submission),
      content: contentOf(request),
      resolution: request.resolution,
      ratio: request.aspectRatio ?? 'adaptive',
      duration: request.seconds,
      generate_audio: request.audio,
      ...request.options,
      safety_identifier: tag,
    };
    return { method: 'POST', path: TASKS_PATH, body: { json } };
  },

  parse(response) {
    const error = errorIn(response);
    if (!succeeded(response)) {
      const row = error && rowOf(ARK_FAILURES, error.code);
      return refusedSubmit({ response, status: response.status, error, row });
    }
    const read = created.safeParse(response.json);
    if (!read.success) return unanswered(response, { started: 'maybe' });
    const { id, safety_identifier } = read.data;
    return {
      state: 'running',
      operation: { taskId: id },
      queued: true,
      ...(typeof safety_identifier === 'string' && safety_identifier !== '' && { tag: safety_identifier }),
    };
  },
};
