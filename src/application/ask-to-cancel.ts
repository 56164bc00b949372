import type { Evidence } from '../domain/attempt.ts';
import type { Json } from '../domain/json.ts';
import type { Observation, Provider } from '../domain/provider.ts';
import type { Cancelling, ChannelAccess } from './ports.ts';

const DEADLINE_SECONDS = 10;
/** A vendor that hesitates between the look and the cancel is asked again, this often in all. */
const MOST_TRIES = 3;

interface Work {
  readonly provider: Provider;
  readonly channel: ChannelAccess;
  readonly operation: Json;
}

type Asking = Pick<Cancelling, 'upstream' | 'seconds'>;

/**
 * Asks a vendor to cancel what it works on. Answers what was seen, to be written down: that it was taken, that it is too
 * late (or that this vendor cannot), or the verdict that was there already; undefined when the vendor did not answer.
 */
export async function askToCancel(ctx: Asking, work: Work): Promise<Evidence | undefined> {
  const { cancel, cancelWithinSeconds } = work.provider;
  if (!cancel) return { kind: 'cancel', outcome: 'too-late' };
  const outcome =
    cancelWithinSeconds === undefined
      ? await send(ctx, work, cancel)
      : await sendWhileQueued(ctx, work, { cancel, withinSeconds: cancelWithinSeconds });
  if (typeof outcome === 'object') return outcome;
  if (outcome === 'cancelled') return { kind: 'cancel', outcome: 'accepted' };
  if (outcome === 'unanswered') return undefined;
  // Refused: because it runs, or because it has ended, perhaps by a cancel of ours whose answer was lost.
  const now = await look(ctx, work);
  if (now.state === 'unanswered') return undefined;
  return isVerdict(now) ? { kind: 'poll', observation: now } : { kind: 'cancel', outcome: 'too-late' };
}

type Outcome = 'cancelled' | 'too-late' | 'unanswered';
type Cancel = NonNullable<Provider['cancel']>;

async function send(ctx: Asking, work: Work, cancel: Cancel, startWithinSeconds?: number): Promise<Outcome> {
  const outcome = await ctx.upstream.exchange(
    { ...work, deadlineSeconds: DEADLINE_SECONDS, ...(startWithinSeconds !== undefined && { startWithinSeconds }) },
    cancel,
    work.operation,
  );
  return outcome.answered ? outcome.result : 'unanswered';
}

/** Never sent but right after a look that said `queued`: on a finished task the same call would delete its record. */
async function sendWhileQueued(
  ctx: Asking,
  work: Work,
  { cancel, withinSeconds }: { readonly cancel: Cancel; readonly withinSeconds: number },
): Promise<Outcome | Evidence> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const asked = ctx.seconds();
    const seen = await look(ctx, work);
    if (isVerdict(seen)) return { kind: 'poll', observation: seen };
    if (seen.state !== 'running') return 'unanswered';
    if (seen.queued !== true) return 'too-late';
    const left = withinSeconds - (ctx.seconds() - asked);
    if (left <= 0) continue;
    const outcome = await send(ctx, work, cancel, left);
    if (outcome !== 'unanswered') return outcome;
  }
  return 'unanswered';
}

async function look(ctx: Asking, work: Work): Promise<Observation> {
  const outcome = await ctx.upstream.exchange(
    { ...work, deadlineSeconds: DEADLINE_SECONDS },
    work.provider.poll,
    work.operation,
  );
  return outcome.answered ? outcome.result : { state: 'unanswered', started: 'maybe', reason: outcome.reason };
}

const isVerdict = ({ state }: Observation): boolean => state !== 'running' && state !== 'unanswered';
