import type { CompleteStep } from '../../application/ports.ts';
import type { Step } from '../../domain/attempt.ts';
import type { Failure, FailureCode } from '../../domain/failure.ts';
import type { PlannedRoute } from '../../domain/generation.ts';
import { boundedPause } from '../../domain/schedule.ts';
import { TELL } from '../callbacks.ts';
import type { Queryable } from '../database.ts';
import { jsonbText, storableText } from '../jsonb.ts';
import { bookRelease, bookSettle, type Hold } from '../ledger.ts';

/** A generation, locked until the transaction ends. */
interface Locked {
  readonly hold: Hold;
  readonly route: number;
  readonly routes: readonly PlannedRoute[];
  readonly cancelRequested: boolean;
}

/** The generation a decision is about. */
interface Subject extends Locked {
  readonly attemptId: bigint;
}

interface LockedRow extends Record<string, unknown> {
  id: bigint;
  project_id: bigint;
  livemode: boolean;
  held_micros: bigint;
  route: number;
  routes: PlannedRoute[];
  cancel_requested: boolean;
}

const LOCK = (which: string): string =>
  `select id, project_id, livemode, held_micros, route, routes, cancel_requested from generations
    where id = ${which} and state in ('queued', 'in_progress') for update`;

const lockedOf = (row: LockedRow): Locked => ({
  hold: {
    projectId: row.project_id,
    generationId: row.id,
    livemode: row.livemode,
    heldMicros: Number(row.held_micros),
  },
  route: row.route,
  routes: row.routes,
  cancelRequested: row.cancel_requested,
});

/** The generation of an open attempt. */
export async function lockSubject(tx: Queryable, attemptId: bigint): Promise<Subject> {
  const [row] = await tx.query<LockedRow>({
    name: 'lock_subject',
    text: LOCK('(select generation_id from attempts where id = $1)'),
    values: [attemptId],
  });
  if (!row) throw new Error(`attempt ${attemptId} is open but its generation has ended`);
  return { attemptId, ...lockedOf(row) };
}

/** Ends a generation that no attempt works on; the caller has taken it out of the queue. */
export async function failWaiting(tx: Queryable, generationId: bigint, failure: Failure): Promise<void> {
  await releaseAndEnd(tx, await lockWaiting(tx, generationId), { to: 'failed', as: 'failed', failure });
}

async function lockWaiting(tx: Queryable, generationId: bigint): Promise<Hold> {
  const [row] = await tx.query<LockedRow>({ name: 'lock_waiting', text: LOCK('$1'), values: [generationId] });
  if (!row) throw new Error(`generation ${generationId} waited although it has ended`);
  return lockedOf(row).hold;
}

const CANCELLED = { to: 'failed', as: 'cancelled', failure: { code: 'cancelled' } } as const;

/** Ends at the caller's wish what no vendor has seen: the caller took it out of the queue, or holds its due row. */
export async function cancelUnsent(
  tx: Queryable,
  { generationId, attemptId }: { readonly generationId: bigint; readonly attemptId?: bigint },
): Promise<void> {
  await recordWish(tx, generationId);
  if (attemptId === undefined) return releaseAndEnd(tx, await lockWaiting(tx, generationId), CANCELLED);
  return fail(tx, await lockSubject(tx, attemptId), CANCELLED);
}

export async function recordWish(tx: Queryable, generationId: bigint): Promise<void> {
  await tx.query({
    name: 'record_wish',
    text: `update generations set cancel_requested = true where id = $1 and state in ('queued', 'in_progress')`,
    values: [generationId],
  });
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
    values: [attemptId, state, failure === undefined ? null : jsonbText(failure)],
  });
  await tx.query({ name: 'free_slot', text: 'delete from slots where attempt_id = $1', values: [attemptId] });
  await tx.query({ name: 'not_due', text: 'delete from due where attempt_id = $1', values: [attemptId] });
}

/** Next route with an open channel; the same one later, when the vendor only had no room; otherwise the end. */
export async function goElsewhere(
  tx: Queryable,
  subject: Subject,
  step: Extract<Step, { to: 'elsewhere' }>,
): Promise<void> {
  const { attemptId, hold, routes, route } = subject;
  const open = await tx.query<{ provider: string }>({
    name: 'open_providers',
    text: `select distinct provider from channels where state = 'open' and livemode = $1`,
    values: [hold.livemode],
  });
  const next = routes.findIndex(
    ({ provider }, index) => index > route && open.some((row) => row.provider === provider),
  );
  const pause = step.retryAfterSeconds === undefined ? undefined : boundedPause(step.retryAfterSeconds);
  if (subject.cancelRequested) {
    if (pause !== undefined) await pauseChannel(tx, attemptId, pause);
    return fail(tx, subject, CANCELLED);
  }
  if (next === -1 && pause === undefined)
    return fail(tx, subject, { to: 'failed', as: 'failed', failure: step.failure });
  const chosen = next === -1 ? route : next;
  await endAttempt(tx, attemptId, 'failed', step.failure);
  if (pause !== undefined) await pauseChannel(tx, attemptId, pause);
  await tx.query({
    name: 'wait_again',
    text: `with g as (update generations set route = $2 where id = $1 returning id, livemode, project_id)
      insert into queue (generation_id, provider, livemode, project_id, not_before)
      select id, $3, livemode, project_id, now_at() + make_interval(secs => $4) from g`,
    values: [hold.generationId, chosen, routes[chosen]?.provider, next === -1 ? (pause ?? 0) : 0],
  });
}

/** What waits does not run against a vendor that has no room: the whole channel takes nothing new for a while. */
async function pauseChannel(tx: Queryable, attemptId: bigint, seconds: number): Promise<void> {
  await tx.query({
    name: 'pause_channel',
    text: `update channels set paused_until = greatest(paused_until, now_at() + make_interval(secs => $2))
      where id = (select channel_id from attempts where id = $1)`,
    values: [attemptId, seconds],
  });
}

type FailedStep = Extract<Step, { to: 'failed' }>;

export async function fail(tx: Queryable, { attemptId, hold }: Subject, step: FailedStep): Promise<void> {
  await endAttempt(tx, attemptId, 'failed', step.failure);
  await releaseAndEnd(tx, hold, step);
}

async function releaseAndEnd(tx: Queryable, hold: Hold, step: FailedStep): Promise<void> {
  await bookRelease(tx, hold, `generation ${step.as}: ${step.failure.code}`);
  await endGeneration(tx, hold.generationId, {
    state: step.as,
    vendorState: step.vendorState,
    error: step.failure.code,
  });
}

export async function complete(tx: Queryable, { attemptId, hold }: Subject, step: CompleteStep): Promise<void> {
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
        where id = $1 returning id, event_number, state, progress, vendor_state
      ), told as (
        ${TELL}
      )
      insert into events (generation_id, number, type) select id, event_number, 'generation.' || $2 from g`,
    values: [
      generationId,
      end.state,
      end.vendorState === undefined ? null : storableText(end.vendorState),
      end.error ?? null,
      end.settledMicros ?? 0,
    ],
  });
}
