import { canonicalJson, type Json } from '../domain/json.ts';
import type { Listing, Provider } from '../domain/provider.ts';
import {
  backOffSeconds,
  CONFIRMATION_MIN_LOOKS,
  CONFIRMATION_MIN_SECONDS,
  nextConfirmationLookSeconds,
  SENDER_GONE_SECONDS,
} from '../domain/schedule.ts';
import { type Held, settleOn, witness } from './attempt-step.ts';
import type { EngineContext } from './context.ts';
import type { AttemptFile, WorkStore } from './ports.ts';

const DEADLINE_SECONDS = 30;
/** The window that is looked through: clocks differ a little. */
const WINDOW_SECONDS = 120;
const MOST_PAGES = 20;

type Look = { readonly found: Json } | 'not_found' | 'unanswered';

/**
 * Looks for a create whose outcome is unknown, by the tag that was sent along. "Not found" is concluded only after at
 * least three answered looks over at least ten minutes, and never leads to a second create.
 */
export async function confirm(ctx: EngineContext, held: Held): Promise<void> {
  const { attempt, submittedSecondsAgo } = held.file;
  if (!held.provider.list) return waitForSender(ctx, held);
  const look = await lookThrough(ctx, held, held.provider.list);
  if (typeof look === 'object') return witness(ctx, held, { kind: 'found', operation: look.found });
  const enough = attempt.looks + 1 >= CONFIRMATION_MIN_LOOKS && submittedSecondsAgo >= CONFIRMATION_MIN_SECONDS;
  if (look === 'not_found' && enough) return conclude(ctx, held);
  await settleOn(ctx, held, {
    step: { to: 'same', answered: look === 'not_found' },
    lookInSeconds:
      look === 'not_found'
        ? nextConfirmationLookSeconds(attempt.looks + 1)
        : Math.max(nextConfirmationLookSeconds(attempt.looks), backOffSeconds(attempt.unanswered + 1)),
    delayed: true,
  });
}

/** Nothing can be looked through, but the sender may be alive and have lost only its claim: its evidence would wake us. */
function waitForSender(ctx: EngineContext, held: Held): Promise<void> {
  const left = SENDER_GONE_SECONDS - held.file.submittedSecondsAgo;
  return left <= 0
    ? conclude(ctx, held)
    : settleOn(ctx, held, { step: { to: 'passed' }, lookInSeconds: left, delayed: true });
}

const conclude = (ctx: EngineContext, held: Held): Promise<void> =>
  settleOn(ctx, held, { step: { to: 'failed', as: 'failed', failure: { code: 'submission_unconfirmed' } } });

type LookContext = Pick<EngineContext, 'upstream' | 'pause'> & { readonly work: Pick<WorkStore, 'ownedOperations'> };

/** What was sent when, and how it is recognised. */
export interface Sought {
  readonly provider: Provider;
  readonly file: Pick<AttemptFile, 'channel' | 'submittedAt' | 'tag'>;
}

/** Looks through what the vendor lists of the time of a create, for its tag. */
export async function lookThrough(ctx: LookContext, held: Sought, list: NonNullable<Provider['list']>): Promise<Look> {
  const { file, provider } = held;
  let cursor: string | undefined;
  let missed = false;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    if (page > 0) await ctx.pause(provider.listPauseSeconds ?? 0);
    const outcome = await ctx.upstream.exchange(
      { provider, channel: file.channel, deadlineSeconds: DEADLINE_SECONDS },
      list,
      {
        fromUnixSeconds: Math.floor(file.submittedAt - WINDOW_SECONDS),
        toUnixSeconds: Math.ceil(file.submittedAt + WINDOW_SECONDS + DEADLINE_SECONDS),
        ...(cursor !== undefined && { cursor }),
      },
    );
    if (!outcome.answered || 'state' in outcome.result) return 'unanswered';
    const found = await findOurs(ctx, held, outcome.result);
    if (typeof found === 'object') return found;
    missed ||= found === 'unanswered';
    cursor = outcome.result.next;
    if (cursor === undefined) return missed ? 'unanswered' : 'not_found';
  }
  // There is more than was looked through: that it is not there was not seen.
  return 'unanswered';
}

async function findOurs(ctx: LookContext, held: Sought, { items }: Listing<Json>): Promise<Look> {
  const { file } = held;
  const tagged = items.find(({ tag }) => tag === file.tag);
  if (tagged) return { found: tagged.operation };
  // Where the list does not show the tag, each task that is not ours already is asked for its own.
  const untagged = items.filter(({ tag }) => tag === undefined).map(({ operation }) => operation);
  const owned = await ctx.work.ownedOperations(file.channel.id, untagged);
  let missed = false;
  for (const operation of untagged.filter((candidate) => !owned.has(canonicalJson(candidate)))) {
    const outcome = await ctx.upstream.exchange(
      { provider: held.provider, channel: file.channel, deadlineSeconds: DEADLINE_SECONDS },
      held.provider.poll,
      operation,
    );
    if (!outcome.answered || outcome.result.state === 'unanswered') missed = true;
    else if (outcome.result.tag === file.tag) return { found: operation };
  }
  return missed ? 'unanswered' : 'not_found';
}
