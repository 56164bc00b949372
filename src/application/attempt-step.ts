import { absorb, type Evidence, type Step } from '../domain/attempt.ts';
import type { Model } from '../domain/model.ts';
import type { Provider } from '../domain/provider.ts';
import { nextConfirmationLookSeconds, nextLookSeconds } from '../domain/schedule.ts';
import type { EngineContext } from './context.ts';
import { billIn, lostCost } from './lost-cost.ts';
import type { AttemptFile, Claim, DecideOutcome, Decision, Passed } from './ports.ts';

/** A claimed attempt with all that a step needs. */
export interface Held {
  readonly claim: Claim;
  readonly file: AttemptFile;
  readonly provider: Provider;
  readonly model: Model;
}

/** The sandbox finishes in a few seconds at speed 1. */
const SANDBOX_USUAL_SECONDS = 2.5;
/** An attempt is called delayed at this many times its usual time. */
const DELAYED_AT = 4;

/** Writes down what was seen, then decides on it. The first is never fenced, the second always is. */
export async function witness(ctx: EngineContext, held: Held, evidence: Evidence): Promise<void> {
  const lost = billIn(evidence, held.file, held.provider);
  const number = await ctx.work.observe(held.claim, evidence, lost);
  await takeIn(ctx, held, { number, evidence });
}

export async function takeIn(
  ctx: EngineContext,
  held: Held,
  { number, evidence }: { number: bigint; evidence: Evidence },
): Promise<void> {
  const step = absorb(held.file.attempt, evidence) ?? { to: 'passed' };
  await settleOn(ctx, held, { step, absorbed: number, lookInSeconds: lookAfter(ctx, held, step) });
}

/** Decides, and says so in the log. */
export async function settleOn(
  ctx: EngineContext,
  held: Pick<Held, 'claim' | 'file'>,
  decision: Decision,
): Promise<void> {
  await decideOn(ctx, held, decision);
}

/** With what the vendor bills, where the decision is that the attempt failed. */
function withLoss({ providers }: EngineContext, file: AttemptFile, decision: Decision): Decision {
  const { step } = decision;
  if (step.to !== 'failed') return decision;
  const lost = lostCost(file, { provider: providers.get(file.route.provider), usage: step.usage });
  return lost ? { ...decision, lost } : decision;
}

/** As `settleOn`, and answers whether the claim was still ours. */
export async function decideOn(
  ctx: EngineContext,
  { claim, file }: Pick<Held, 'claim' | 'file'>,
  asDecided: Decision,
): Promise<DecideOutcome> {
  const decision = withLoss(ctx, file, asDecided);
  const outcome = await ctx.work.decide(claim, decision);
  const fields = { attemptId: claim.attemptId, generationId: file.attempt.generationId, channel: file.channel.name };
  if (outcome === 'lost') ctx.log.info('attempt.claim_lost', fields);
  else if (decision.step.to !== 'same' && decision.step.to !== 'passed')
    ctx.log.info(`attempt.${decision.step.to.replace('-', '_')}`, { ...fields, ...wordsOf(decision) });
  if (outcome === 'decided' && file.attempt.state === 'collecting') await forgetPartials(ctx, file, decision);
  return outcome;
}

/** What is left behind costs a day of disk space, and never the decision. */
async function forgetPartials(ctx: EngineContext, { attempt }: AttemptFile, { step }: Decision): Promise<void> {
  if (step.to !== 'completed' && step.to !== 'failed') return;
  await ctx.media
    .dropPartials(attempt.id)
    .catch((error: unknown) => ctx.log.warn('output.partials_left', { attemptId: attempt.id, error }));
}

const wordsOf = ({ step, lost }: Decision): Record<string, unknown> => {
  if (step.to === 'failed' || step.to === 'elsewhere') return { failure: step.failure, ...(lost && { lost }) };
  return 'reason' in step ? { reason: step.reason } : {};
};

/** How much faster than a vendor this channel is, and how long its work usually takes. */
export function paceOf(
  { sandboxSpeed }: EngineContext,
  { file, model }: Held,
): { readonly pace: number; readonly usualSeconds: number } {
  const set = file.channel.settings['usual_seconds'];
  if (typeof set === 'number') return { pace: Math.min(1, set / 10), usualSeconds: set };
  return file.channel.livemode
    ? { pace: 1, usualSeconds: model.usualSeconds }
    : { pace: 0.3 / sandboxSpeed, usualSeconds: SANDBOX_USUAL_SECONDS / sandboxSpeed };
}

function lookAfter(ctx: EngineContext, held: Held, step: Step | Passed): number {
  const { pace, usualSeconds } = paceOf(ctx, held);
  switch (step.to) {
    case 'running':
      return nextLookSeconds({ runningSeconds: held.file.submittedSecondsAgo, usualSeconds, unanswered: 0, pace });
    case 'same':
      if (held.file.attempt.state === 'unconfirmed') return nextConfirmationLookSeconds(held.file.attempt.looks);
      return nextLookSeconds({
        runningSeconds: held.file.submittedSecondsAgo,
        usualSeconds,
        unanswered: step.answered ? 0 : held.file.attempt.unanswered + 1,
        ...(step.retryAfterSeconds !== undefined && { retryAfterSeconds: step.retryAfterSeconds }),
        pace,
      });
    case 'passed':
    case 'uncancellable':
      return lookAsBefore(ctx, held);
    case 'unconfirmed':
      return nextConfirmationLookSeconds(0);
    default:
      return 0;
  }
}

/** The next look at an attempt that is as it was. */
function lookAsBefore(ctx: EngineContext, held: Held): number {
  const { attempt, submittedSecondsAgo } = held.file;
  if (attempt.state === 'unconfirmed') return nextConfirmationLookSeconds(attempt.looks);
  return attempt.state === 'running'
    ? nextLookSeconds({ runningSeconds: submittedSecondsAgo, unanswered: attempt.unanswered, ...paceOf(ctx, held) })
    : 0;
}

export const isDelayed = (ctx: EngineContext, held: Held): boolean =>
  held.file.submittedSecondsAgo > DELAYED_AT * paceOf(ctx, held).usualSeconds;
