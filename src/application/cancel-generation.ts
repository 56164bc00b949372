import type { Evidence } from '../domain/attempt.ts';
import { type Generation, isFinal } from '../domain/generation.ts';
import { askToCancel } from './ask-to-cancel.ts';
import type { Context } from './context.ts';
import { billIn } from './lost-cost.ts';
import type { CancelWish, RunningWork, Scope } from './ports.ts';

/**
 * cancelled: it has ended, or the vendor took the cancel and its last word is about to come · requested: the wish is
 * kept and acted on as soon as it can be (the create is on its way, or the vendor does not answer).
 */
export type Cancelled =
  | { readonly kind: 'cancelled' | 'requested' | 'not_cancellable'; readonly generation: Generation }
  | { readonly kind: 'not_found' };

/** How long a create that is on its way, and a vendor's last word, are waited for; each a second or two as a rule. */
const SUBMIT_WAIT_SECONDS = 8;
const WORD_WAIT_SECONDS = 5;
const PAUSE_SECONDS = 0.1;

type CancelContext = Pick<Context, 'generations' | 'cancelling' | 'log'>;

/**
 * Cancels a generation, where that is still possible. What was not sent ends at once; what the vendor has is cancelled
 * there, and its hold is released on the vendor's own last word only. Asked twice it answers the same.
 */
export async function cancelGeneration(ctx: CancelContext, scope: Scope, id: bigint): Promise<Cancelled> {
  const wish = await wishUntilSent(ctx, scope, id);
  if (wish.kind === 'not_found') return wish;
  ctx.log.info('generation.cancel_requested', { generationId: id, found: wish.kind });
  const kind = await follow(ctx, wish);
  const generation = await ended(ctx, { scope, id, kind });
  if (!generation) return { kind: 'not_found' };
  if (generation.state === 'cancelled' && generation.cancelRequested) return { kind: 'cancelled', generation };
  // It ended otherwise while the vendor was asked.
  return { kind: isFinal(generation.state) ? 'not_cancellable' : kind, generation };
}

/** While the create is on its way nothing can be said: its answer is waited for. */
async function wishUntilSent({ cancelling }: CancelContext, scope: Scope, id: bigint): Promise<CancelWish> {
  const until = cancelling.seconds() + SUBMIT_WAIT_SECONDS;
  for (;;) {
    const wish = await cancelling.wish(scope, id);
    if (wish.kind !== 'submitting' || cancelling.seconds() > until) return wish;
    await cancelling.pause(PAUSE_SECONDS);
  }
}

type Kind = Exclude<Cancelled['kind'], 'not_found'>;

async function follow(ctx: CancelContext, wish: Exclude<CancelWish, { kind: 'not_found' }>): Promise<Kind> {
  switch (wish.kind) {
    case 'ended':
      return 'cancelled';
    case 'final':
      return wish.cancelled ? 'cancelled' : 'not_cancellable';
    case 'too_late':
      return 'not_cancellable';
    case 'submitting':
    case 'unconfirmed':
      return 'requested';
    case 'running':
      return wish.work.cancelAccepted ? 'cancelled' : cancelRunning(ctx, wish.work);
  }
}

async function cancelRunning({ cancelling, log }: CancelContext, work: RunningWork): Promise<Kind> {
  const provider = cancelling.providers.get(work.provider);
  const word = provider && (await askToCancel(cancelling, { ...work, provider }));
  if (!word) {
    log.warn('generation.cancel_unanswered', { attemptId: work.attemptId });
    return 'requested';
  }
  await cancelling.observe(work.attemptId, word, billIn(word, work, provider));
  return isTaken(word) ? 'cancelled' : 'not_cancellable';
}

/** A vendor that was done, or had failed, before the cancel came did not take it. */
const isTaken = (word: Evidence): boolean =>
  word.kind === 'cancel' ? word.outcome === 'accepted' : word.kind === 'poll' && word.observation.state === 'cancelled';

/** The generation, after a moment for the last word of a vendor that took the cancel. */
async function ended(
  { generations, cancelling }: CancelContext,
  { scope, id, kind }: { readonly scope: Scope; readonly id: bigint; readonly kind: Kind },
): Promise<Generation | undefined> {
  const until = cancelling.seconds() + WORD_WAIT_SECONDS;
  for (;;) {
    const generation = await generations.find(scope, id);
    const isWaitedFor = kind === 'cancelled' && generation !== undefined && !isFinal(generation.state);
    if (!isWaitedFor || cancelling.seconds() > until) return generation;
    await cancelling.pause(PAUSE_SECONDS);
  }
}
