import type { Links } from '../../application/ports.ts';
import type { FailureCode } from '../../domain/failure.ts';
import { type Generation, type GenerationState, isFinal } from '../../domain/generation.ts';
import { echoOf } from './echo.ts';
import { TYPES } from './endpoints.ts';
import type { CreateAnswer, CreationsAnswer, ListItem, ViduState } from './schemas.ts';

export const spell = (id: bigint): string => String(id);

const STATES: Readonly<Record<Exclude<GenerationState, 'queued'>, ViduState>> = {
  in_progress: 'processing',
  completed: 'success',
  failed: 'failed',
  cancelled: 'failed',
  expired: 'failed',
};

/** `created` until a vendor has it, then `queueing` until it begins. A cancelled task has no state of its own. */
function stateOf({ state, vendorState }: Generation): ViduState {
  if (state !== 'queued') return STATES[state];
  return vendorState === undefined ? 'created' : 'queueing';
}

/** Vidu's name for why a task failed (Vidu: error code). */
const ERROR_CODES: Readonly<Record<FailureCode, string>> = {
  content_rejected: 'CreationPolicyViolation',
  input_unreachable: 'ImageDownloadFailure',
  input_rejected: 'ImageFormatInvalid',
  vendor_failed: 'InternalServiceFailure',
  vendor_account: 'ModelUnavailable',
  output_missing: 'CreationNotFound',
  output_unusable: 'CreationNotFound',
  submission_unconfirmed: 'InternalServiceFailure',
  timed_out: 'InternalServiceFailure',
  cancelled: 'UserCancelled',
  expired: 'Canceled',
};

function errorCodeOf({ state, error }: Generation): string {
  if (state === 'cancelled' || state === 'expired') return ERROR_CODES[state];
  return state === 'failed' ? ERROR_CODES[error?.code ?? 'vendor_failed'] : '';
}

/** What one credit is, in micro-units of the currency (Vidu: pricing). */
const MICROS_PER_CREDIT = { USD: 5_000, CNY: 31_250 } as const;

/** Vidu's own credits where Vidu makes the video, else what it costs in the same unit. */
const quotedCredits = ({ basis, cost }: Generation['route']): number =>
  basis?.price.unit === 'credit' ? basis.units : cost.micros / MICROS_PER_CREDIT[cost.currency];

/** Rounded up: as quoted until the end, then as settled. */
function creditsOf({ state, route, settledMicros }: Generation): number {
  const quoted = quotedCredits(route);
  if (!isFinal(state)) return Math.ceil(quoted);
  if (state !== 'completed' || settledMicros === undefined || route.holdMicros === 0) return 0;
  // Amounts are rounded up to a micro-dollar, a five-thousandth of a credit.
  return Math.ceil((quoted * settledMicros) / route.holdMicros - 0.001);
}

/** RFC 3339 with nanoseconds; the store keeps microseconds. */
function moment(unixSeconds: number): string {
  const micros = Math.round(unixSeconds * 1e6);
  const whole = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(micros % 1e6).padStart(6, '0')}000Z`;
}

/** The answer to a create (Zenlayer: create video). */
export const renderCreated = (generation: Generation): CreateAnswer => ({
  task_id: spell(generation.id),
  // What was made stays made: a replay answers the same.
  state: 'created',
  type: TYPES[generation.request.mode],
  model: generation.model,
  ...echoOf(generation),
  credits: Math.ceil(quotedCredits(generation.route)),
  created_at: moment(generation.createdAt),
});

/** The answer to a query, and the body of a callback (Zenlayer: fetch video). Links are minted now, and hold for a day. */
export const renderCreations = (generation: Generation, links: Links, base: string): CreationsAnswer => ({
  id: spell(generation.id),
  state: stateOf(generation),
  err_code: errorCodeOf(generation),
  credits: creditsOf(generation),
  progress: generation.progress,
  type: TYPES[generation.request.mode],
  model: generation.model,
  template: '',
  ...echoOf(generation),
  created_at: moment(generation.createdAt),
  creations: creationsOf(generation, links, base),
});

/** An item of the list (Vidu: tasks list). */
export function renderListItem(generation: Generation, links: Links, base: string): ListItem {
  const { prompt, images, duration, seed, aspect_ratio, resolution, audio, bgm, off_peak } = echoOf(generation);
  return {
    id: spell(generation.id),
    key_id: spell(generation.keyId),
    template: '',
    type: TYPES[generation.request.mode],
    model: generation.model,
    state: stateOf(generation),
    err_code: errorCodeOf(generation),
    credits: creditsOf(generation),
    created_at: moment(generation.createdAt),
    ...{ prompt, images, duration, seed, aspect_ratio, resolution, audio, bgm, off_peak },
    creations: creationsOf(generation, links, base),
  };
}

/** One file is kept: where a watermark was asked for, the marked one stands at both addresses. */
function creationsOf(generation: Generation, links: Links, base: string): CreationsAnswer['creations'] {
  const video = generation.outputs.find(({ role }) => role === 'video');
  if (generation.state !== 'completed' || !video) return [];
  const cover =
    generation.outputs.find(({ role }) => role === 'thumbnail') ??
    generation.outputs.find(({ role }) => role === 'last_frame');
  const { url } = links.sign(base, generation.id, 'video');
  const { seconds, fps, width, height } = video.facts;
  return [
    {
      id: spell(generation.id),
      url,
      cover_url: cover ? links.sign(base, generation.id, cover.role).url : '',
      watermarked_url: generation.request.options['watermark'] === true ? url : '',
      moderation_url: [],
      video: {
        duration: Math.round(Number(seconds)),
        fps: Math.round(Number(fps)),
        resolution: { width: Number(width), height: Number(height) },
      },
      speech_url: '',
      sound_url: '',
      bgm_url: '',
    },
  ];
}
