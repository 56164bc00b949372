import type { Claim, CompleteStep, DecideOutcome, Decision } from '../../application/ports.ts';
import type { Step } from '../../domain/attempt.ts';
import type { FailureCode } from '../../domain/failure.ts';
import type { PlannedRoute } from '../../domain/generation.ts';
import type { Database, Queryable } from '../database.ts';
import { bookRelease, bookSettle, type Hold } from '../ledger.ts';
import { fence } from './claims.ts';

/** The generation a decision is about, locked for the length of it. */
interface Subject {
  readonly attemptId: bigint;
  readonly hold: Hold;
  readonly route: number;
  readonly routes: readonly PlannedRoute[];
}

/** Applies a decision in one transaction, if the claim is still ours. */
export function decide(database: Database, claim: Claim, decision: Decision): Promise<DecideOutcome> {
  return database.transaction(async (tx) => {
    if (!(await fence(tx, claim))) return 'lost';
    if (decision.absorbed !== undefined) {
      await tx.query({
        name: 'absorbed',
        text: 'update attempts set absorbed = greatest(absorbed, $2) where id = $1',
        values: [claim.attemptId, decision.absorbed],
      });
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

async function apply(tx: Queryable, attemptId: bigint, { step, lookInSeconds }: Decision): Promise<void> {
  switch (step.to) {
    case 'running':
      await keepRunning(tx, attemptId, step);
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
        text: 'update attempts set collect_failures = collect_failures + 1 where id = $1',
        values: [attemptId],
      });
      break;
    case 'elsewhere':
      return goElsewhere(tx, await lockSubject(tx, attemptId), step);
    case 'failed':
      return fail(tx, await lockSubject(tx, attemptId), step);
    case 'completed':
      return complete(tx, await lockSubject(tx, attemptId), step);
    default:
      return step satisfies never;
  }
  await tx.query({
    name: 'next_look',
    text: 'update due set run_at = now_at() + make_interval(secs => $2) where attempt_id = $1',
    values: [attemptId, lookInSeconds ?? 0],
  });
}

async function keepRunning(tx: Queryable, attemptId: bigint, step: Extract<Step, { to: 'running' }>): Promise<void> {
  await tx.query({
    name: 'keep_running',
    text: `update attempts set state = 'running', operation = $2, progress = greatest(progress, $3), looks = looks + 1, unanswered = 0
      where id = $1`,
    values: [attemptId, JSON.stringify(step.operation), step.progress ?? 0],
  });
  await tx.query({
    name: 'show_running',
    text: `with g as (
        update generations g set
          state = case when $2 then g.state else 'in_progress' end,
          progress = greatest(g.progress, $3), vendor_state = coalesce($4, g.vendor_state),
          event_number = g.event_number + case when g.state = 'queued' and not $2 then 1 else 0 end
        from attempts a, generations was
        where a.id = $1 and g.id = a.generation_id and was.id = g.id and g.state in ('queued', 'in_progress')
          and (g.progress < $3 or g.vendor_state is distinct from coalesce($4, g.vendor_state) or (g.state = 'queued' and not $2))
        returning g.id, g.event_number, was.state = 'queued' and not $2 as started
      )
      insert into events (generation_id, number, type) select id, event_number, 'generation.started' from g where started`,
    values: [attemptId, step.queued, Math.min(99, step.progress ?? 0), step.vendorState ?? null],
  });
}

async function beginCollecting(
  tx: Queryable,
  attemptId: bigint,
  step: Extract<Step, { to: 'collecting' }>,
): Promise<void> {
  await tx.query({
    name: 'begin_collecting',
    text: `with a as (
        update attempts set state = 'collecting', operation = coalesce($2, operation), outputs = $3,
          usage = coalesce($4, usage), looks = 0, unanswered = 0
        where id = $1 returning generation_id
      )
      update generations g set state = 'in_progress', vendor_state = coalesce($5, g.vendor_state), progress = greatest(g.progress, 95)
      from a where g.id = a.generation_id`,
    values: [
      attemptId,
      step.operation === undefined ? null : JSON.stringify(step.operation),
      JSON.stringify(step.outputs),
      step.usage === undefined ? null : JSON.stringify(step.usage),
      step.vendorState ?? null,
    ],
  });
}

async function lockSubject(tx: Queryable, attemptId: bigint): Promise<Subject> {
  const [row] = await tx.query<{
    id: bigint;
    project_id: bigint;
    livemode: boolean;
    held_micros: bigint;
    route: number;
    routes: PlannedRoute[];
  }>({
    name: 'lock_subject',
    text: `select g.id, g.project_id, g.livemode, g.held_micros, g.route, g.routes from generations g
      where g.id = (select generation_id from attempts where id = $1) and g.state in ('queued', 'in_progress') for update`,
    values: [attemptId],
  });
  if (!row) throw new Error(`attempt ${attemptId} is open but its generation has ended`);
  return {
    attemptId,
    hold: {
      projectId: row.project_id,
      generationId: row.id,
      livemode: row.livemode,
      heldMicros: Number(row.held_micros),
    },
    route: row.route,
    routes: row.routes,
  };
}

/** The attempt is over: its slot is free, nothing about it is due any more. */
async function endAttempt(
  tx: Queryable,
  attemptId: bigint,
  state: 'succeeded' | 'failed',
  failure?: unknown,
): Promise<void> {
  await tx.query({
    name: 'end_attempt',
    text: 'update attempts set state = $2, failure = $3, ended_at = now_at() where id = $1',
    values: [attemptId, state, failure === undefined ? null : JSON.stringify(failure)],
  });
  await tx.query({ name: 'free_slot', text: 'delete from slots where attempt_id = $1', values: [attemptId] });
  await tx.query({ name: 'not_due', text: 'delete from due where attempt_id = $1', values: [attemptId] });
}

/** Next route with an open channel; the same one later, when the vendor only had no room; otherwise the end. */
async function goElsewhere(tx: Queryable, subject: Subject, step: Extract<Step, { to: 'elsewhere' }>): Promise<void> {
  const { hold, routes, route } = subject;
  const open = await tx.query<{ provider: string }>({
    name: 'open_providers',
    text: `select distinct provider from channels where state = 'open' and livemode = $1`,
    values: [hold.livemode],
  });
  const next = routes.findIndex(
    ({ provider }, index) => index > route && open.some((row) => row.provider === provider),
  );
  const noRoom = step.retryAfterSeconds !== undefined;
  if (next === -1 && !noRoom) return fail(tx, subject, { to: 'failed', as: 'failed', failure: step.failure });
  const chosen = next === -1 ? route : next;
  await endAttempt(tx, subject.attemptId, 'failed', step.failure);
  await tx.query({
    name: 'wait_again',
    text: `with g as (update generations set route = $2 where id = $1 returning id, livemode, project_id)
      insert into queue (generation_id, provider, livemode, project_id, not_before)
      select id, $3, livemode, project_id, now_at() + make_interval(secs => $4) from g`,
    values: [hold.generationId, chosen, routes[chosen]?.provider, next === -1 ? (step.retryAfterSeconds ?? 0) : 0],
  });
}

async function fail(tx: Queryable, { attemptId, hold }: Subject, step: Extract<Step, { to: 'failed' }>): Promise<void> {
  await endAttempt(tx, attemptId, 'failed', step.failure);
  await bookRelease(tx, hold, `generation ${step.as}: ${step.failure.code}`);
  await endGeneration(tx, hold.generationId, {
    state: step.as,
    vendorState: step.vendorState,
    error: step.failure.code,
  });
}

async function complete(tx: Queryable, { attemptId, hold }: Subject, step: CompleteStep): Promise<void> {
  await endAttempt(tx, attemptId, 'succeeded');
  for (const output of step.outputs) {
    await tx.query({
      name: 'keep_output',
      text: `insert into outputs (generation_id, role, storage_key, media_type, bytes, sha256, facts) values ($1, $2, $3, $4, $5, $6, $7)`,
      values: [
        hold.generationId,
        output.role,
        output.storageKey,
        output.mediaType,
        output.bytes,
        output.sha256,
        output.facts,
      ],
    });
  }
  await tx.query({
    name: 'vendor_cost',
    text: `insert into vendor_costs (attempt_id, currency, micros, usd_per_unit, reported)
      select a.id, $2, $3, (g.routes -> a.route ->> 'usdPerUnit')::numeric, a.usage
      from attempts a join generations g on g.id = a.generation_id where a.id = $1`,
    values: [attemptId, step.cost.currency, step.cost.micros],
  });
  await bookSettle(tx, hold, step);
  await endGeneration(tx, hold.generationId, { state: 'completed', settledMicros: step.settleMicros });
}

async function endGeneration(
  tx: Queryable,
  generationId: bigint,
  end: {
    readonly state: 'completed' | 'failed' | 'cancelled' | 'expired';
    readonly vendorState?: string | undefined;
    readonly error?: FailureCode;
    readonly settledMicros?: number;
  },
): Promise<void> {
  await tx.query({
    name: 'end_generation',
    text: `with g as (
        update generations set state = $2, vendor_state = coalesce($3, vendor_state), error_code = $4, settled_micros = $5,
          progress = case when $2 = 'completed' then 100 else progress end, event_number = event_number + 1, ended_at = now_at()
        where id = $1 returning id, event_number
      )
      insert into events (generation_id, number, type) select id, event_number, 'generation.' || $2 from g`,
    values: [generationId, end.state, end.vendorState ?? null, end.error ?? null, end.settledMicros ?? 0],
  });
}
