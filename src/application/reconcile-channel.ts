import type { PlannedRoute } from '../domain/generation.ts';
import type { Json } from '../domain/json.ts';
import { type Cost, microUsd, priceOf } from '../domain/money.ts';
import type { Observation, Provider, Usage } from '../domain/provider.ts';
import { lookThrough } from './confirm-submission.ts';
import { billIn, lostCost } from './lost-cost.ts';
import type { ChannelAccess, LostCost, Upstream, WorkStore } from './ports.ts';

/** An attempt that has ended, as the books have it. Amounts in micro-dollars, times in seconds. */
export interface EndedAttempt {
  readonly attemptId: bigint;
  readonly generationId: bigint;
  readonly state: 'succeeded' | 'failed';
  readonly failureCode?: string;
  readonly operation?: Json;
  readonly tag: string;
  readonly submittedAt: number;
  readonly route: PlannedRoute;
  readonly channel: ChannelAccess;
  readonly quotedMicros: number;
  readonly settledMicros: number;
  /** The vendor's cost as it was written down. */
  readonly recorded?: { readonly cost: Cost; readonly reported?: Usage };
}

export interface ReconcileContext {
  readonly upstream: Upstream;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly work: Pick<WorkStore, 'observe' | 'ownedOperations'>;
  /** Ended attempts of the channel, oldest first, from the one after `after` on. */
  readonly attempts: (page: { readonly after: bigint; readonly limit: number }) => Promise<readonly EndedAttempt[]>;
  readonly pause: (seconds: number) => Promise<void>;
}

/**
 * agrees · differs: the vendor's bill is not what was written down · loss: billed for nothing, and booked · unbooked: billed
 * for nothing, and not booked · unknown: the vendor does not answer, or still works.
 */
type Finding = 'agrees' | 'differs' | 'loss' | 'unbooked' | 'unknown';

/** The vendor's bill, the quote and the settled amount of one attempt, side by side. */
export interface Comparison {
  readonly attemptId: string;
  readonly generationId: string;
  readonly operation: Json;
  readonly ended: string;
  readonly finding: Finding;
  readonly quotedMicros: number;
  readonly settledMicros: number;
  /** As written down. */
  readonly recorded: Cost | null;
  /** As the vendor says now; null where it bills nothing, or was not understood. */
  readonly billed: Cost | null;
  /** What the operator pays and no project does: a loss, or what is beyond the hold. */
  readonly operatorMicros: number;
}

export interface Reconciliation {
  readonly channel: string;
  readonly attempts: number;
  readonly asked: number;
  /** All but what agrees and costs the operator nothing. */
  readonly comparisons: readonly Comparison[];
  readonly lossMicros: number;
  readonly varianceMicros: number;
}

const PAGE = 100;
const DEADLINE_SECONDS = 30;

/**
 * Compares, attempt by attempt, what the vendor bills with what was written down, settled and quoted. With `book`, losses
 * that nobody had seen are written down and booked; without, nothing is changed.
 */
export async function reconcileChannel(
  ctx: ReconcileContext,
  { channel, book }: { readonly channel: string; readonly book: boolean },
): Promise<Reconciliation> {
  const comparisons: Comparison[] = [];
  const sums = { attempts: 0, asked: 0, lossMicros: 0, varianceMicros: 0 };
  for (let after = 0n; ; ) {
    const page = await ctx.attempts({ after, limit: PAGE });
    for (const attempt of page) {
      const said = await ask(ctx, attempt);
      const compared = compare(ctx, attempt, said);
      const comparison = book ? await bookUnbooked(ctx, attempt, { said, comparison: compared }) : compared;
      sums.attempts += 1;
      sums.asked += said === 'not asked' ? 0 : 1;
      if (attempt.state === 'failed') sums.lossMicros += comparison.operatorMicros;
      else sums.varianceMicros += comparison.operatorMicros;
      if (comparison.finding !== 'agrees' || comparison.operatorMicros > 0) comparisons.push(comparison);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return { channel, ...sums, comparisons };
    after = last.attemptId;
  }
}

type Said = Observation | 'not asked' | 'not found';

/** What the vendor says of it now. A create that nobody ever confirmed is looked for once more. */
async function ask(ctx: ReconcileContext, attempt: EndedAttempt): Promise<Said> {
  const { channel, route, operation, state } = attempt;
  const provider = ctx.providers.get(route.provider);
  // The emulated vendors bill nobody. A vendor whose answer is the whole video tells nothing new about one that we have.
  if (!provider || !channel.livemode || (provider.poll.spools !== undefined && state === 'succeeded'))
    return 'not asked';
  const known = operation ?? (await look(ctx, attempt, provider));
  if (known === 'not_found') return 'not found';
  if (known === 'unanswered') return { state: 'unanswered', started: 'maybe', reason: 'its list was not answered' };
  const outcome = await ctx.upstream.exchange(
    { provider, channel, deadlineSeconds: DEADLINE_SECONDS },
    provider.poll,
    known,
  );
  return outcome.answered ? outcome.result : { state: 'unanswered', started: 'maybe', reason: outcome.reason };
}

async function look(ctx: ReconcileContext, file: EndedAttempt, provider: Provider): Promise<Json> {
  if (!provider.list) return 'not_found';
  const found = await lookThrough(ctx, { provider, file }, provider.list);
  return typeof found === 'object' ? found.found : found;
}

function compare(ctx: ReconcileContext, attempt: EndedAttempt, said: Said): Comparison {
  const { recorded, route, settledMicros, quotedMicros, state } = attempt;
  const billed = typeof said === 'string' ? undefined : billedBy(ctx, attempt, said);
  const cost = recorded?.cost ?? billed?.cost;
  // A loss is what the vendor's bill costs us; what is beyond a hold is counted as the project would have paid it.
  const operatorMicros = !cost
    ? 0
    : state === 'failed'
      ? priceOf(cost, { usdPerUnit: route.usdPerUnit })
      : Math.max(0, priceOf(cost, route) - settledMicros);
  return {
    attemptId: String(attempt.attemptId),
    generationId: String(attempt.generationId),
    operation: attempt.operation ?? null,
    ended: attempt.failureCode ?? 'completed',
    finding: findingOf(attempt, said, billed),
    quotedMicros,
    settledMicros,
    recorded: recorded?.cost ?? null,
    billed: billed?.cost ?? null,
    operatorMicros: microUsd(operatorMicros),
  };
}

/** By what it reports; a success without a report is billed as what was asked for, or as it was written down. */
function billedBy({ providers }: ReconcileContext, attempt: EndedAttempt, said: Observation): LostCost | undefined {
  const provider = providers.get(attempt.route.provider);
  const reported = billIn({ kind: 'poll', observation: said }, attempt, provider);
  if (reported || said.state !== 'succeeded') return reported;
  if (attempt.recorded) return { cost: attempt.recorded.cost };
  const { route } = attempt;
  const collecting = {
    id: 0n,
    generationId: 0n,
    state: 'collecting',
    progress: 0,
    looks: 0,
    unanswered: 0,
    outputs: [],
  } as const;
  return lostCost({ attempt: collecting, route }, { provider });
}

function findingOf({ state, recorded }: EndedAttempt, said: Said, billed: LostCost | undefined): Finding {
  if (typeof said !== 'string' && (said.state === 'unanswered' || said.state === 'running')) return 'unknown';
  const isSame = billed?.cost.micros === recorded?.cost.micros && billed?.cost.currency === recorded?.cost.currency;
  if (state === 'succeeded') return said === 'not asked' || isSame ? 'agrees' : 'differs';
  if (recorded) return said === 'not asked' || isSame ? 'loss' : 'differs';
  return billed && billed.cost.micros > 0 ? 'unbooked' : 'agrees';
}

async function bookUnbooked(
  { work }: ReconcileContext,
  { attemptId }: EndedAttempt,
  { said, comparison }: { readonly said: Said; readonly comparison: Comparison },
): Promise<Comparison> {
  if (comparison.finding !== 'unbooked' || typeof said === 'string' || comparison.billed === null) return comparison;
  const usage = 'usage' in said ? said.usage : undefined;
  const lost: LostCost = { cost: comparison.billed, ...(usage && { reported: usage }) };
  await work.observe({ attemptId, number: NOBODY }, { kind: 'poll', observation: said }, lost);
  return { ...comparison, finding: 'loss', recorded: comparison.billed };
}

/** No claim has this number. */
const NOBODY = -1n;
