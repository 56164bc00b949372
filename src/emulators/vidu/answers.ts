/** Vidu's answers. Sources: Vidu: get generation; the samples copied in Zenlayer: create video, fetch video. */
import { shortened } from '../kit/capture.ts';
import type { Task, TaskDoc } from '../kit/task.ts';
import { phaseAt, progressAt } from '../kit/timeline.ts';
import type { ViduRequest } from './check.ts';

export const DAY_MS = 86_400_000;

const TYPES = {
  text2video: 'text2video',
  img2video: 'img2video',
  'start-end2video': 'headtailimg2video',
  'reference-images': 'character2video',
  'reference-subjects': 'character2video',
} as const;

/** The echo fields of a task, kept with it and printed in its answers. */
export function wireOf(request: ViduRequest, seed: number): Record<string, unknown> {
  const { body, route } = request;
  return {
    type: TYPES[route],
    prompt: body.prompt ?? '',
    // A data URI may have 20 MB: its head is enough of an echo.
    images: shortened(body.images ?? []),
    ...(body.videos && { videos: shortened(body.videos) }),
    ...(body.subjects && { subjects: shortened(body.subjects) }),
    duration: request.seconds,
    seed,
    aspect_ratio: request.aspectRatio,
    resolution: request.resolution,
    bgm: body.bgm ?? false,
    audio: request.audio,
    audio_type: body.audio_type ?? 'all',
    movement_amplitude: body.movement_amplitude ?? 'auto',
    payload: body.payload ?? '',
    off_peak: body.off_peak ?? false,
    watermark: body.watermark ?? false,
    wm_position: body.wm_position === undefined ? 'unspecified' : String(body.wm_position),
    wm_url: body.wm_url ?? '',
    meta_data: body.meta_data ?? '',
    style: body.style ?? 'general',
    is_rec: body.is_rec ?? false,
    callback_url: body.callback_url ?? '',
  };
}

const rfc3339 = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '000000Z');

function echo(doc: TaskDoc): Record<string, unknown> {
  const { callback_url: _, ...echoed } = doc.wire;
  return echoed;
}

export function createAnswer(task: Task): Record<string, unknown> {
  const { doc } = task;
  return {
    task_id: task.id,
    state: 'created',
    model: doc.model,
    ...echo(doc),
    client_request_id: '',
    cus_priority: 0,
    credits: doc.bill.amount,
    created_at: rfc3339(task.createdAtMs),
  };
}

/** Vidu's word for where a task is, and its err_code. A cancelled task's state is not documented: failed [I]. */
export function stateOf(doc: TaskDoc, nowMs: number): { readonly state: string; readonly errCode: string } {
  const phase = phaseAt(doc, nowMs);
  switch (phase) {
    case 'accepted':
      return { state: 'created', errCode: '' };
    case 'waiting':
      return { state: 'queueing', errCode: '' };
    case 'running':
      return { state: 'processing', errCode: '' };
    case 'succeeded':
    case 'missing':
      return { state: 'success', errCode: '' };
    case 'failed':
      return { state: 'failed', errCode: 'InternalServiceFailure' };
    case 'blocked':
      return { state: 'failed', errCode: 'CreationPolicyViolation' };
    case 'cancelled':
      return { state: 'failed', errCode: 'UserCancelled' };
    case 'expired':
      return { state: 'failed', errCode: 'Canceled' };
    default:
      return phase satisfies never;
  }
}

/** Makes the link of one of the task's files. */
export type FileUrl = (file: string) => string;

function creationsOf(task: Task, fileUrl: FileUrl): readonly unknown[] {
  const [recipe] = task.doc.recipes;
  if (recipe === undefined) return [];
  return [
    {
      id: (BigInt(task.id) + 1n).toString(),
      url: fileUrl('video-0.mp4'),
      cover_url: fileUrl('cover-0.jpg'),
      watermarked_url: task.doc.recipes.length > 1 ? fileUrl('video-1.mp4') : '',
      moderation_url: [],
      video: {
        duration: recipe.seconds,
        fps: recipe.fps,
        resolution: { width: recipe.width, height: recipe.height },
      },
    },
  ];
}

/** GET /tasks/{id}/creations. Failed tasks give their credits back. */
export function creationsAnswer(task: Task, nowMs: number, fileUrl: FileUrl): Record<string, unknown> {
  const { state, errCode } = stateOf(task.doc, nowMs);
  return {
    ...echo(task.doc),
    id: task.id,
    state,
    err_code: errCode,
    credits: state === 'failed' ? 0 : task.doc.bill.amount,
    model: task.doc.model,
    cus_priority: 0,
    template: '',
    progress: progressAt(task.doc, nowMs),
    creations: state === 'success' ? creationsOf(task, fileUrl) : [],
  };
}

/** An item of GET /tasks: no payload and no credits, which its page does not have. `creations` is read as a list [?]. */
export function listItem(task: Task, nowMs: number, fileUrl: FileUrl): Record<string, unknown> {
  const { state, errCode } = stateOf(task.doc, nowMs);
  const { prompt, images, duration, resolution, aspect_ratio, type, off_peak } = task.doc.wire;
  return {
    id: task.id,
    key_id: task.account,
    template: '',
    type,
    model: task.doc.model,
    state,
    err_code: errCode,
    prompt,
    images,
    duration,
    resolution,
    aspect_ratio,
    off_peak,
    created_at: rfc3339(task.createdAtMs),
    creations: state === 'success' ? creationsOf(task, fileUrl) : [],
  };
}

/** For the control API: Vidu bills what ended in success, with a video or without. */
export function describeVidu(doc: TaskDoc, nowMs: number): { readonly state: string; readonly billed: boolean } {
  const { state, errCode } = stateOf(doc, nowMs);
  return { state: errCode === '' ? state : `${state} ${errCode}`, billed: state === 'success' };
}
