import type { Provider } from '../domain/provider.ts';
import { type Held, settleOn, takeIn, witness } from './attempt-step.ts';
import { collect } from './collect-output.ts';
import { confirm } from './confirm-submission.ts';
import type { EngineContext } from './context.ts';
import { horizonSeconds } from './horizon.ts';
import type { AttemptFile, Claim } from './ports.ts';
import { submit } from './submit-attempt.ts';
import { track } from './track-attempt.ts';

/** Carries a claimed attempt one step on: first what was seen but not yet taken in, then the next action of its state. */
export async function advanceAttempt(ctx: EngineContext, claim: Claim): Promise<void> {
  const file = await ctx.work.read(claim);
  if (!file) return;
  const provider = ctx.providers.get(file.route.provider);
  const model = provider?.models.find(({ id }) => id === file.route.model);
  if (isPastHorizon(file, provider)) return giveUp(ctx, { claim, file });
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

/** What was seen is taken in first: a verdict that came late is still one. */
const isPastHorizon = ({ evidence, generationSecondsOld, route, channel }: AttemptFile, provider?: Provider): boolean =>
  evidence.length === 0 &&
  generationSecondsOld > horizonSeconds(provider, { request: route.request, livemode: channel.livemode });

const giveUp = (ctx: EngineContext, held: Pick<Held, 'claim' | 'file'>): Promise<void> =>
  settleOn(ctx, held, {
    step: {
      to: 'failed',
      as: 'failed',
      failure: { code: held.file.attempt.state === 'unconfirmed' ? 'submission_unconfirmed' : 'timed_out' },
    },
  });
