/** Ark's task object. Source: Ark: get video generation task. */
import type { Task, TaskDoc } from '../kit/task.ts';
import { phaseAt } from '../kit/timeline.ts';
import type { ArkRequest } from './check.ts';

export const DAY_MS = 86_400_000;

export interface WireWish {
  readonly request: ArkRequest;
  readonly seed: number;
  readonly ratio: string;
  readonly expiresAfterSeconds: number;
}

/** The fields of a task that do not change, kept with it. */
export function wireOf({ request, seed, ratio, expiresAfterSeconds }: WireWish): Record<string, unknown> {
  const { body, seconds, audio, resolution, content } = request;
  return {
    seed,
    resolution,
    ratio,
    // One of the two; duration is floor(frames / 24).
    ...(body.frames !== undefined ? { frames: body.frames } : { duration: seconds }),
    framespersecond: 24,
    generate_audio: audio,
    draft: false,
    service_tier: body.service_tier ?? 'default',
    execution_expires_after: expiresAfterSeconds,
    ...(body.priority !== undefined && { priority: body.priority }),
    ...(body.safety_identifier !== undefined && { safety_identifier: body.safety_identifier }),
    ...(body.tools !== undefined && { tools: body.tools }),
    return_last_frame: body.return_last_frame ?? false,
    callback_url: body.callback_url ?? '',
    mode: content.mode,
  };
}

export type ArkStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired';

/** Ark's word for where a task is. */
export function statusOf(doc: TaskDoc, nowMs: number): ArkStatus {
  const phase = phaseAt(doc, nowMs);
  switch (phase) {
    case 'accepted':
    case 'waiting':
      return 'queued';
    case 'succeeded':
    case 'missing':
      return 'succeeded';
    case 'failed':
    case 'blocked':
      return 'failed';
    case 'running':
    case 'cancelled':
    case 'expired':
      return phase;
    default:
      return phase satisfies never;
  }
}

function errorOf(doc: TaskDoc, status: ArkStatus): { readonly code: string; readonly message: string } | null {
  if (status !== 'failed') return null;
  return doc.plan.outcome === 'blocked'
    ? { code: 'OutputVideoSensitiveContentDetected', message: 'The output video may contain sensitive information.' }
    : { code: 'InternalServiceError', message: 'The service encountered an unexpected internal error.' };
}

/** When the task last changed its status. */
function updatedMs(task: Task, status: ArkStatus): number {
  const { startMs, endMs, expiresMs } = task.doc.plan;
  if (status === 'queued') return task.createdAtMs;
  if (status === 'running') return startMs;
  if (status === 'cancelled') return task.doc.cancelledMs ?? task.createdAtMs;
  return status === 'expired' ? (expiresMs ?? endMs) : endMs;
}

/** Makes the link of one of the task's files. */
export type FileUrl = (file: string) => string;

function contentOf(task: Task, fileUrl: FileUrl): Record<string, string> {
  if (task.doc.recipes.length === 0) return {};
  return {
    video_url: fileUrl('video-0.mp4'),
    // jpeg by the newest Chinese page, png by BytePlus's [?]: jpeg.
    ...(task.doc.wire['return_last_frame'] === true && { last_frame_url: fileUrl('last-0.jpg') }),
  };
}

/** GET of one task, and an item of the list. No numeric progress. A failed task is HTTP 200. */
export function taskAnswer(task: Task, nowMs: number, fileUrl: FileUrl): Record<string, unknown> {
  const { return_last_frame: _last, callback_url: _callback, mode: _mode, ...echoed } = task.doc.wire;
  const status = statusOf(task.doc, nowMs);
  const tokens = task.doc.bill.amount;
  return {
    id: task.id,
    model: task.doc.model,
    status,
    error: errorOf(task.doc, status),
    created_at: Math.floor(task.createdAtMs / 1000),
    updated_at: Math.floor(updatedMs(task, status) / 1000),
    ...(status === 'succeeded' && {
      content: contentOf(task, fileUrl),
      usage: { completion_tokens: tokens, total_tokens: tokens },
    }),
    ...echoed,
  };
}

/** For the control API: only `succeeded` is billed, with a video or without. */
export function describeArk(doc: TaskDoc, nowMs: number): { readonly state: string; readonly billed: boolean } {
  const state = statusOf(doc, nowMs);
  return { state, billed: state === 'succeeded' };
}
