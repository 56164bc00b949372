import { costOf } from '../../application/generation-cost.ts';
import type { Links } from '../../application/ports.ts';
import { type Generation, isFinal } from '../../domain/generation.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { OutputRole } from '../../domain/provider.ts';
import type { CreateAnswer, QueryAnswer } from './schemas.ts';

/** The four words that this protocol has for a state. */
const STATES = {
  queued: 'queued',
  in_progress: 'in_progress',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
  expired: 'failed',
} as const;

const ENDED_OTHERWISE = {
  cancelled: { code: 'cancelled', message: 'Cancelled. You are not charged.' },
  expired: { code: 'expired', message: 'The vendor gave up waiting for capacity. You are not charged.' },
} as const;

export const spell = (id: bigint): string => `task_${id}`;

/** The answer to a create (UniAll: create answer; `mode`, `livemode`, `warnings` and `cost` are ours). */
export function renderCreated(generation: Generation): CreateAnswer {
  return {
    id: spell(generation.id),
    task_id: spell(generation.id),
    object: 'video.generation.job',
    model: generation.model,
    status: STATES[generation.state],
    progress: generation.progress,
    created_at: Math.floor(generation.createdAt),
    mode: generation.request.mode,
    livemode: generation.livemode,
    cost: costOf(generation),
    ...(generation.warnings.length > 0 && { warnings: [...generation.warnings] }),
  };
}

/** The answer to a query: links are minted now, and hold for a day. */
export function renderGeneration(generation: Generation, links: Links, base: string): QueryAnswer {
  return {
    ...renderCreated(generation),
    prompt: generation.request.prompt,
    duration: Math.round(generation.elapsedSeconds * 10) / 10,
    error: errorOf(generation),
    ...(isJsonObject(generation.metadata) && { metadata: generation.metadata }),
    ...(generation.delayed && !isFinal(generation.state) && { delayed: true }),
    ...(generation.cancelRequested && !isFinal(generation.state) && { cancel_requested: true }),
    ...(generation.vendorState !== undefined && { raw_status: generation.vendorState.toUpperCase() }),
    ...(generation.state === 'completed' && renderResult(generation, links, base)),
  };
}

function errorOf({ state, error }: Generation): QueryAnswer['error'] {
  if (state === 'cancelled' || state === 'expired') return ENDED_OTHERWISE[state];
  return state === 'failed' && error ? error : null;
}

function renderResult(generation: Generation, links: Links, base: string) {
  const outputs = (role: OutputRole) => generation.outputs.find((output) => output.role === role);
  const video = outputs('video');
  if (!video) return {};
  const link = links.sign(base, generation.id, 'video');
  const extra = (role: OutputRole) => (outputs(role) ? links.sign(base, generation.id, role).url : undefined);
  const [thumbnail, lastFrame] = [extra('thumbnail'), extra('last_frame')];
  const { seconds, width, height, fps, audio } = video.facts;
  return {
    video_url: link.url,
    ...(thumbnail !== undefined && { thumbnail_url: thumbnail }),
    result: {
      outputs: [link.url],
      video_url: link.url,
      ...(lastFrame !== undefined && { last_frame_url: lastFrame }),
      media: {
        seconds: Number(seconds),
        width: Number(width),
        height: Number(height),
        fps: Number(fps),
        bytes: video.bytes,
        sha256: video.sha256,
        audio: audio === true,
      },
    },
    expires_at: link.expiresAt,
  };
}
