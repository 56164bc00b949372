import { FAILURES, type Failure } from './failure.ts';
import type { Json } from './json.ts';
import type { Observation, OutputSource, Unanswered, Usage } from './provider.ts';

/**
 * assigned: has a channel slot, nothing sent · submitting: the create may be on its way · unconfirmed: its outcome is
 * unknown, it is being looked for · running: the vendor works · collecting: the vendor is done, the file is not ours yet.
 * The rest are final.
 */
export const ATTEMPT_STATES = [
  'assigned',
  'submitting',
  'unconfirmed',
  'running',
  'collecting',
  'succeeded',
  'failed',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export interface Attempt {
  readonly id: bigint;
  readonly generationId: bigint;
  readonly state: AttemptState;
  readonly operation?: Json;
  readonly progress: number;
  /** Times the vendor was asked or looked through since the last change of state; while collecting, files that were no video. */
  readonly looks: number;
  /** Questions without an answer in a row. */
  readonly unanswered: number;
  readonly outputs: readonly OutputSource[];
  readonly usage?: Usage;
  /** The vendor took a cancel: its own last word is still to come. */
  readonly cancelAccepted?: boolean;
}

/** What was seen of an attempt, as it is kept. Append-only and never fenced. */
export type Evidence =
  | { readonly kind: 'submit'; readonly observation: Observation }
  | { readonly kind: 'poll'; readonly observation: Observation }
  /** The create may or may not have arrived: the line dropped, the answer made no sense, or the sender died. */
  | { readonly kind: 'outcome_unknown'; readonly reason: string }
  /** A look through the vendor's list found our tag. */
  | { readonly kind: 'found'; readonly operation: Json }
  | { readonly kind: 'not_found' }
  /** What the vendor answered to a cancel. */
  | { readonly kind: 'cancel'; readonly outcome: 'accepted' | 'too-late' };

/** What follows from evidence. Pure data: the store applies it in one transaction. */
export type Step =
  | {
      readonly to: 'running';
      readonly operation: Json;
      readonly queued: boolean;
      readonly progress?: number;
      readonly vendorState?: string;
    }
  | { readonly to: 'unconfirmed'; readonly reason: string }
  | {
      readonly to: 'collecting';
      readonly operation?: Json;
      readonly outputs: readonly OutputSource[];
      readonly usage?: Usage;
      readonly vendorState?: string;
    }
  /** The work surely did not start here: the next channel may have it, or this one later. */
  | { readonly to: 'elsewhere'; readonly failure: Failure; readonly retryAfterSeconds?: number }
  | {
      readonly to: 'failed';
      readonly failure: Failure;
      readonly as: 'failed' | 'cancelled' | 'expired';
      readonly vendorState?: string;
      /** What the vendor says it used all the same. */
      readonly usage?: Usage;
    }
  /** The vendor took our cancel; the end comes with its own word for it. */
  | { readonly to: 'cancelling' }
  /** It is too late to cancel, or this vendor cannot: the wish is over. */
  | { readonly to: 'uncancellable' }
  /** Nothing changed but that a question was asked. */
  | { readonly to: 'same'; readonly answered: boolean; readonly retryAfterSeconds?: number };

const ended = (
  state: 'cancelled' | 'expired',
  { vendorState, usage }: { readonly vendorState?: string; readonly usage?: Usage },
): Step => ({
  to: 'failed',
  as: state,
  failure: { code: state },
  ...(vendorState !== undefined && { vendorState }),
  ...(usage !== undefined && { usage }),
});

/**
 * What evidence means for an attempt. Running it twice changes nothing: evidence that the attempt is already past
 * answers `undefined`.
 */
export function absorb(attempt: Attempt, evidence: Evidence): Step | undefined {
  if (attempt.state === 'succeeded' || attempt.state === 'failed') return undefined;
  switch (evidence.kind) {
    case 'outcome_unknown':
      return attempt.state === 'submitting' ? { to: 'unconfirmed', reason: evidence.reason } : undefined;
    case 'found':
      return attempt.state === 'unconfirmed' || attempt.state === 'submitting'
        ? { to: 'running', operation: evidence.operation, queued: true }
        : undefined;
    case 'not_found':
      return attempt.state === 'unconfirmed' ? { to: 'same', answered: true } : undefined;
    case 'submit':
      // A verdict on the create is only news while we do not yet have its operation.
      return attempt.operation === undefined ? absorbObservation(attempt, evidence.observation, 'submit') : undefined;
    case 'poll':
      return attempt.operation === undefined ? undefined : absorbObservation(attempt, evidence.observation, 'poll');
    case 'cancel':
      if (attempt.state !== 'running' || attempt.cancelAccepted === true) return undefined;
      return evidence.outcome === 'accepted' ? { to: 'cancelling' } : { to: 'uncancellable' };
  }
}

function absorbObservation(attempt: Attempt, seen: Observation, asked: 'submit' | 'poll'): Step | undefined {
  switch (seen.state) {
    case 'running':
      if (attempt.state === 'collecting') return undefined;
      return {
        to: 'running',
        operation: seen.operation,
        queued: seen.queued ?? false,
        // Never backwards: a client shows this as a bar.
        progress: Math.max(attempt.progress, seen.progress ?? 0),
        ...(seen.vendorState !== undefined && { vendorState: seen.vendorState }),
      };
    case 'succeeded': {
      if (attempt.state === 'collecting') return undefined;
      const operation = seen.operation ?? attempt.operation;
      return {
        to: 'collecting',
        outputs: seen.outputs,
        ...(operation !== undefined && { operation }),
        ...(seen.usage !== undefined && { usage: seen.usage }),
        ...(seen.vendorState !== undefined && { vendorState: seen.vendorState }),
      };
    }
    case 'failed':
      // Vidu does not document how it shows a cancelled task: failed, with or without a reason.
      if (attempt.cancelAccepted === true) return ended('cancelled', seen);
      return asked === 'submit' && FAILURES[seen.failure.code].elsewhere
        ? { to: 'elsewhere', failure: seen.failure }
        : {
            to: 'failed',
            as: 'failed',
            failure: seen.failure,
            ...(seen.vendorState !== undefined && { vendorState: seen.vendorState }),
            ...(seen.usage !== undefined && { usage: seen.usage }),
          };
    case 'cancelled':
    case 'expired':
      return ended(seen.state, seen);
    case 'unanswered':
      return asked === 'submit' ? absorbUnanswered(attempt, seen) : { to: 'same', answered: false, ...later(seen) };
  }
}

/** A create that surely did not start may go elsewhere. Any other is looked for, and never sent again. */
function absorbUnanswered(attempt: Attempt, seen: Unanswered): Step | undefined {
  if (seen.started === 'maybe') {
    return attempt.state === 'submitting' ? { to: 'unconfirmed', reason: seen.reason } : undefined;
  }
  const failure: Failure = { code: 'vendor_failed', ...(seen.vendor && { vendor: seen.vendor }) };
  return { to: 'elsewhere', failure, retryAfterSeconds: seen.retryAfterSeconds ?? NO_ROOM_SECONDS };
}

/** When a vendor that had no room is asked again, where it does not say. */
const NO_ROOM_SECONDS = 2;

const later = ({ retryAfterSeconds }: Unanswered) => (retryAfterSeconds !== undefined ? { retryAfterSeconds } : {});
