import type { MagicOutcome } from './magic.ts';
import type { Plan, TaskDoc } from './task.ts';

/** Where a task stands, in no vendor's words. */
export type Phase =
  | 'accepted'
  | 'waiting'
  | 'running'
  | 'succeeded'
  | 'missing'
  | 'failed'
  | 'blocked'
  | 'cancelled'
  | 'expired';

const ACCEPTED_SECONDS = 0.1;
const WAITING_SECONDS = 0.3;
const SLOW_FACTOR = 10;

/** What a plan needs to know of a request. `pace`: 1 is a usual model, under 1 a fast one. `speed` divides every time. */
export interface PlanWish {
  readonly nowMs: number;
  readonly seconds: number;
  readonly pixels: number;
  readonly pace: number;
  readonly speed: number;
  readonly waitingSeconds?: number;
  readonly expiresAfterSeconds?: number;
  readonly magic: MagicOutcome | undefined;
}

/** Seconds a generation runs at speed 1: 2 to 4, more for longer and larger videos. */
function runSeconds(wish: PlanWish): number {
  const usual = Math.min(4, 2 + wish.seconds * 0.08 + wish.pixels / 4_000_000) * wish.pace;
  return wish.magic === 'slow' ? usual * SLOW_FACTOR : usual;
}

/** The times of a request before it has a slot: earliest start, and how long it then runs. */
export function wishedTimes(wish: PlanWish): { readonly readyMs: number; readonly runMs: number } {
  const waiting = wish.waitingSeconds ?? WAITING_SECONDS;
  return { readyMs: wish.nowMs + (waiting * 1000) / wish.speed, runMs: (runSeconds(wish) * 1000) / wish.speed };
}

function outcomeOf(magic: MagicOutcome | undefined): Plan['outcome'] {
  return magic === undefined || magic === 'slow' || magic === 'refused' ? 'success' : magic;
}

/** The plan of a request that got its slot at `startMs`. */
export function planFrom(wish: PlanWish, startMs: number): Plan {
  const { runMs } = wishedTimes(wish);
  return {
    acceptedMs: wish.nowMs + (ACCEPTED_SECONDS * 1000) / wish.speed,
    startMs,
    endMs: startMs + runMs,
    ...(wish.expiresAfterSeconds !== undefined && { expiresMs: wish.nowMs + wish.expiresAfterSeconds * 1000 }),
    outcome: outcomeOf(wish.magic),
  };
}

function endedPhase(doc: TaskDoc): Phase {
  if (doc.plan.outcome === 'stuck') return 'running';
  if (doc.plan.outcome !== 'success') return doc.plan.outcome;
  if (doc.render === 'failed') return 'failed';
  return doc.render === 'done' ? 'succeeded' : 'running';
}

function unexpiredPhase(doc: TaskDoc, nowMs: number): Phase {
  const { acceptedMs, startMs, endMs } = doc.plan;
  if (nowMs < Math.min(acceptedMs, startMs)) return 'accepted';
  if (nowMs < startMs) return 'waiting';
  return nowMs < endMs ? 'running' : endedPhase(doc);
}

/**
 * The phase at a moment: a pure function of the stored document and the clock. It never goes back. Success is said only
 * when the video is made, so a renderer slower than the plan keeps the task running.
 */
export function phaseAt(doc: TaskDoc, nowMs: number): Phase {
  if (doc.cancelledMs !== undefined) return 'cancelled';
  const { expiresMs, endMs, outcome } = doc.plan;
  const late = expiresMs !== undefined && nowMs >= expiresMs && (endMs > expiresMs || outcome === 'stuck');
  return late ? 'expired' : unexpiredPhase(doc, nowMs);
}

/** 0 to 100: how far the run is, for vendors that show it. */
export function progressAt(doc: TaskDoc, nowMs: number): number {
  const { startMs, endMs } = doc.plan;
  const part = (nowMs - startMs) / (endMs - startMs);
  const phase = phaseAt(doc, nowMs);
  if (phase === 'succeeded' || phase === 'missing') return 100;
  return phase === 'running' ? Math.floor(Math.min(0.99, Math.max(0, part)) * 100) : 0;
}
