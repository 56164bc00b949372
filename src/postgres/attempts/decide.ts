import type { Claim, DecideOutcome, Decision } from '../../application/ports.ts';
import type { Step } from '../../domain/attempt.ts';
import { TELL } from '../callbacks.ts';
import type { Database, Queryable } from '../database.ts';
import { jsonbText, storableText } from '../jsonb.ts';
import { fence } from './claims.ts';
import { complete, fail, goElsewhere, lockSubject } from './end.ts';
import { recordLoss } from './lost-costs.ts';

/** The vendor is done; what is left is ours. */
const COLLECTING_PROGRESS = 95;

/** Applies a decision in one transaction, if the claim is still ours. The claim ends with it. */
export function decide(database: Database, claim: Claim, decision: Decision): Promise<DecideOutcome> {
  return database.transaction(async (tx) => {
    if (!(await fence(tx, claim))) return 'lost';
    if (decision.step.to === 'failed' && decision.absorbed === undefined && (await hasNews(tx, claim.attemptId))) {
      // Given up without a verdict, while one was arriving: that is read first.
      await lookAgain(tx, claim.attemptId, 0);
      return 'lost';
    }
    if (await givesWay(tx, claim.attemptId, decision)) return 'lost';
    if (decision.absorbed !== undefined) {
      await markAbsorbed(tx, claim.attemptId, decision.absorbed);
    }
    if (decision.delayed) {
      await tx.query({
        name: 'delayed',
        text: 'update generations set delayed = true where id = (select generation_id from attempts where id = $1) and not delayed',
        values: [claim.attemptId],
      });
    }
    await apply(tx, claim.attemptId, decision);
    return 'decided';
  });
}

/** Evidence that nobody has taken in yet. */
async function hasNews(tx: Queryable, attemptId: bigint): Promise<boolean> {
  const news = await tx.query({
    name: 'has_news',
    text: 'select 1 from observations o join attempts a on a.id = o.attempt_id where a.id = $1 and o.number > a.absorbed limit 1',
    values: [attemptId],
  });
  return news.length > 0;
}

/**
 * Whether somebody else has just written down that the vendor billed the attempt: that is taken in before what was seen
 * later, and before the attempt fails. A plain failure that was seen first is passed over.
 */
async function givesWay(tx: Queryable, attemptId: bigint, { step, absorbed = 0n, lost }: Decision): Promise<boolean> {
  if (lost || (step.to !== 'failed' && absorbed === 0n)) return false;
  const [bill] = await tx.query<{ number: bigint }>({
    name: 'unread_bill',
    text: `select o.number from observations o join attempts a on a.id = o.attempt_id
      where a.id = $1 and o.number > a.absorbed and o.number <> $2 and o.evidence -> 'observation' ? 'usage'
      order by o.number limit 1`,
    values: [attemptId, absorbed],
  });
  if (!bill || (step.to !== 'failed' && bill.number > absorbed)) return false;
  if (bill.number > absorbed) await markAbsorbed(tx, attemptId, absorbed);
  await lookAgain(tx, attemptId, 0);
  return true;
}

async function markAbsorbed(tx: Queryable, attemptId: bigint, absorbed: bigint): Promise<void> {
  await tx.query({
    name: 'absorbed',
    text: 'update attempts set absorbed = greatest(absorbed, $2) where id = $1',
    values: [attemptId, absorbed],
  });
}

/** When the attempt is due next: at once if something was seen meanwhile. Nobody holds it until then. */
async function lookAgain(tx: Queryable, attemptId: bigint, inSeconds: number): Promise<void> {
  const seconds = (await hasNews(tx, attemptId)) ? 0 : inSeconds;
  await tx.query({
    name: 'look_again',
    text: `update due set run_at = now_at() + make_interval(secs => $2), claim = 0, owner = '' where attempt_id = $1`,
    values: [attemptId, seconds],
  });
}

async function apply(tx: Queryable, attemptId: bigint, { step, lookInSeconds, lost }: Decision): Promise<void> {
  switch (step.to) {
    case 'running':
      // What was wished while the create was on its way is done now.
      if (await keepRunning(tx, attemptId, step)) return lookAgain(tx, attemptId, 0);
      break;
    case 'unconfirmed':
      await tx.query({
        name: 'unconfirmed',
        text: `update attempts set state = 'unconfirmed', looks = 0 where id = $1`,
        values: [attemptId],
      });
      break;
    case 'same':
      await tx.query({
        name: 'same',
        text: 'update attempts set looks = looks + case when $2 then 1 else 0 end, unanswered = case when $2 then 0 else unanswered + 1 end where id = $1',
        values: [attemptId, step.answered],
      });
      break;
    case 'collecting':
      await beginCollecting(tx, attemptId, step);
      break;
    case 'collect-again':
      await tx.query({
        name: 'collect_again',
        text: 'update attempts set collect_failures = collect_failures + 1, looks = looks + case when $2 then 1 else 0 end where id = $1',
        values: [attemptId, step.unusable],
      });
      break;
    case 'cancelling':
      await tx.query({
        name: 'cancelling',
        // Of two callers one may have been told first that it is too late: the vendor's yes outweighs that.
        text: `with a as (update attempts set cancel_accepted = true where id = $1 returning generation_id)
          update generations g set cancel_requested = true from a where g.id = a.generation_id`,
        values: [attemptId],
      });
      break;
    case 'uncancellable':
      await tx.query({
        name: 'uncancellable',
        text: `update generations set cancel_requested = false
          where id = (select generation_id from attempts where id = $1) and state in ('queued', 'in_progress')`,
        values: [attemptId],
      });
      break;
    case 'passed':
      break;
    case 'elsewhere':
      return goElsewhere(tx, await lockSubject(tx, attemptId), step);
    case 'failed':
      await fail(tx, await lockSubject(tx, attemptId), step);
      if (lost) await recordLoss(tx, attemptId, lost);
      return;
    case 'completed':
      return complete(tx, await lockSubject(tx, attemptId), step);
    default:
      return step satisfies never;
  }
  await lookAgain(tx, attemptId, lookInSeconds ?? 0);
}

/** Answers whether it has just begun to run, and is to be cancelled. */
async function keepRunning(tx: Queryable, attemptId: bigint, step: Extract<Step, { to: 'running' }>): Promise<boolean> {
  // Some vendors count in fractions.
  const progress = Math.max(0, Math.min(99, Math.floor(step.progress ?? 0)));
  const [kept] = await tx.query<{ wished: boolean }>({
    name: 'keep_running',
    text: `update attempts a set state = 'running', operation = $2, progress = greatest(a.progress, $3), looks = a.looks + 1,
        unanswered = 0
      from attempts was join generations g on g.id = was.generation_id
      where a.id = $1 and was.id = a.id returning was.state <> 'running' and g.cancel_requested as wished`,
    values: [attemptId, jsonbText(step.operation), progress],
  });
  await show(tx, attemptId, { ...step, progress });
  return kept?.wished === true;
}

async function beginCollecting(
  tx: Queryable,
  attemptId: bigint,
  step: Extract<Step, { to: 'collecting' }>,
): Promise<void> {
  await tx.query({
    name: 'begin_collecting',
    text: `update attempts set state = 'collecting', operation = coalesce($2, operation), outputs = $3,
        usage = coalesce($4, usage), looks = 0, unanswered = 0
      where id = $1`,
    values: [
      attemptId,
      step.operation === undefined ? null : jsonbText(step.operation),
      jsonbText(step.outputs),
      step.usage === undefined ? null : jsonbText(step.usage),
    ],
  });
  // The vendor is done: its slot is free for the next, however long the file takes to come.
  await tx.query({ name: 'free_slot', text: 'delete from slots where attempt_id = $1', values: [attemptId] });
  await show(tx, attemptId, { ...step, queued: false, progress: COLLECTING_PROGRESS });
}

/** What a caller sees of a running attempt; written only when it changes. */
async function show(
  tx: Queryable,
  attemptId: bigint,
  seen: { readonly queued: boolean; readonly progress: number; readonly vendorState?: string },
): Promise<void> {
  await tx.query({
    name: 'show',
    text: `with g as (
        update generations g set
          state = case when $2 then g.state else 'in_progress' end,
          progress = greatest(g.progress, $3), vendor_state = coalesce($4, g.vendor_state),
          event_number = g.event_number + case when g.state = 'queued' and not $2 then 1 else 0 end
        from attempts a, generations was
        where a.id = $1 and g.id = a.generation_id and was.id = g.id and g.state in ('queued', 'in_progress')
          and (g.progress < $3 or g.vendor_state is distinct from coalesce($4, g.vendor_state) or (g.state = 'queued' and not $2))
        returning g.id, g.event_number, g.state, g.progress, g.vendor_state, was.state = 'queued' and not $2 as started
      ), told as (
        ${TELL} where g.started
      )
      insert into events (generation_id, number, type) select id, event_number, 'generation.started' from g where started`,
    values: [
      attemptId,
      seen.queued,
      seen.progress,
      seen.vendorState === undefined ? null : storableText(seen.vendorState),
    ],
  });
}
