import type { Evidence } from '../domain/attempt.ts';
import type { Observation } from '../domain/provider.ts';
import { nextLookSeconds } from '../domain/schedule.ts';
import { askToCancel } from './ask-to-cancel.ts';
import { type Held, isDelayed, paceOf, settleOn, witness } from './attempt-step.ts';
import type { EngineContext } from './context.ts';

const DEADLINE_SECONDS = 30;
/** While a cancel is wished or taken, the vendor's last word is looked for this often. */
const CANCEL_LOOK_SECONDS = 2;

/**
 * Asks the vendor about a running attempt. A timeout is not a verdict: 429, 5xx, a dropped line or nonsense leave the
 * attempt as it was, and only move the next look.
 */
export async function track(ctx: EngineContext, held: Held): Promise<void> {
  const word = await wordOnCancel(ctx, held);
  if (word) return witness(ctx, held, word);
  const seen = await ask(ctx, held);
  if (seen.state === 'running' || seen.state === 'unanswered') return lookLater(ctx, held, seen);
  await witness(ctx, held, { kind: 'poll', observation: seen });
}

/** A wish to cancel that nobody has put to the vendor yet, or that it did not answer. */
async function wordOnCancel(ctx: EngineContext, { file, provider }: Held): Promise<Evidence | undefined> {
  const { operation, cancelAccepted } = file.attempt;
  if (!file.cancelRequested || cancelAccepted === true || operation === undefined) return undefined;
  return askToCancel(ctx, { provider, channel: file.channel, operation });
}

/** What the vendor says now. No answer at all is an unanswered question too. */
export async function ask(ctx: EngineContext, { file, provider }: Held): Promise<Observation> {
  if (file.attempt.operation === undefined) throw new Error(`attempt ${file.attempt.id} has no operation to ask for`);
  const outcome = await ctx.upstream.exchange(
    { provider, channel: file.channel, deadlineSeconds: DEADLINE_SECONDS },
    provider.poll,
    file.attempt.operation,
  );
  return outcome.answered ? outcome.result : { state: 'unanswered', started: 'maybe', reason: outcome.reason };
}

/** Nothing new needs no evidence row: the attempt is as it was, a little further on. */
async function lookLater(
  ctx: EngineContext,
  held: Held,
  seen: Extract<Observation, { state: 'running' | 'unanswered' }>,
): Promise<void> {
  const { attempt, submittedSecondsAgo } = held.file;
  if (seen.state === 'unanswered')
    ctx.log.warn('attempt.unanswered', { attemptId: attempt.id, reason: seen.reason, vendor: seen.vendor });
  const nextLook = nextLookSeconds({
    runningSeconds: submittedSecondsAgo,
    ...paceOf(ctx, held),
    unanswered: seen.state === 'unanswered' ? attempt.unanswered + 1 : 0,
    ...(seen.state === 'unanswered' &&
      seen.retryAfterSeconds !== undefined && { retryAfterSeconds: seen.retryAfterSeconds }),
  });
  const awaitsCancel = held.file.cancelRequested && seen.state === 'running';
  await settleOn(ctx, held, {
    step:
      seen.state === 'running'
        ? {
            to: 'running',
            operation: seen.operation,
            queued: seen.queued ?? false,
            ...(seen.progress !== undefined && { progress: seen.progress }),
            ...(seen.vendorState !== undefined && { vendorState: seen.vendorState }),
          }
        : { to: 'same', answered: false },
    lookInSeconds: awaitsCancel ? Math.min(nextLook, CANCEL_LOOK_SECONDS) : nextLook,
    delayed: isDelayed(ctx, held),
  });
}
