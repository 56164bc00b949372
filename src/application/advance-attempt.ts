import { type Held, settleOn, takeIn, witness } from './attempt-step.ts';
import { collect } from './collect-output.ts';
import { confirm } from './confirm-submission.ts';
import type { EngineContext } from './context.ts';
import { horizonSeconds } from './horizon.ts';
import type { Claim } from './ports.ts';
import { submit } from './submit-attempt.ts';
import { track } from './track-attempt.ts';

/** Carries a claimed attempt one step on: first what was seen but not yet taken in, then the next action of its state. */
export async function advanceAttempt(ctx: EngineContext, claim: Claim): Promise<void> {
  const file = await ctx.work.read(claim);
  if (!file) return;
  const provider = ctx.providers.get(file.route.provider);
  const model = provider?.models.find(({ id }) => id === file.route.model);
  if (!provider || !model) {
    // An older process met the work of a newer one: leave it to those who know the vendor.
    ctx.log.error('attempt.unknown_provider', {
      attemptId: claim.attemptId,
      provider: file.route.provider,
      model: file.route.model,
    });
    return;
  }
  const held: Held = { claim, file, provider, model };
  const [seen] = file.evidence;
  if (seen) return takeIn(ctx, held, seen);
  if (isPastHorizon(held)) return giveUp(ctx, held);
  switch (file.attempt.state) {
    case 'assigned':
      return submit(ctx, held);
    case 'submitting':
      // Whoever sent this is gone, and nobody knows how far it came. It is never sent again.
      return witness(ctx, held, { kind: 'outcome_unknown', reason: 'the sender stopped before it saw an answer' });
    case 'unconfirmed':
      return confirm(ctx, held);
    case 'running':
      return track(ctx, held);
    case 'collecting':
      return collect(ctx, held);
    case 'succeeded':
    case 'failed':
      return;
  }
}

const isPastHorizon = ({ file, provider }: Held): boolean =>
  file.generationSecondsOld > horizonSeconds(provider, file.route.request);

const giveUp = (ctx: EngineContext, held: Held): Promise<void> =>
  settleOn(ctx, held, {
    step: {
      to: 'failed',
      as: 'failed',
      failure: { code: held.file.attempt.state === 'unconfirmed' ? 'submission_unconfirmed' : 'timed_out' },
    },
  });
