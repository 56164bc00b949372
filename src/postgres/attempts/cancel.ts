import { setTimeout as sleep } from 'node:timers/promises';
import type { CancelWish, Scope } from '../../application/ports.ts';
import type { AttemptState } from '../../domain/attempt.ts';
import type { GenerationState, PlannedRoute } from '../../domain/generation.ts';
import { isFinal } from '../../domain/generation.ts';
import type { Json } from '../../domain/json.ts';
import { type ChannelRow, channelAccess } from '../channels.ts';
import type { Database, Queryable } from '../database.ts';
import type { Installation } from '../installation.ts';
import { cancelUnsent, recordWish } from './end.ts';

interface Wished {
  readonly scope: Scope;
  readonly id: bigint;
}

const MOST_TRIES = 50;
const PAUSE_MILLISECONDS = 20;

/**
 * Records a caller's wish to cancel, and ends at once what no vendor has seen: against a dispatch the row of the queue
 * decides, against a create the row of what is due.
 */
export async function wishCancel(database: Database, installation: Installation, wished: Wished): Promise<CancelWish> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const outcome = await database.transaction((tx) => wish(tx, installation, wished));
    if (outcome !== 'moved') return outcome;
    await sleep(PAUSE_MILLISECONDS);
  }
  throw new Error(`generation ${wished.id} neither waits nor is worked on`);
}

/** `moved`: it went from the queue to an attempt, or back, between two statements. */
async function wish(tx: Queryable, installation: Installation, { scope, id }: Wished): Promise<CancelWish | 'moved'> {
  const waited = await tx.query({
    name: 'leave_queue_scoped',
    text: `delete from queue q using generations g
      where q.generation_id = $1 and g.id = q.generation_id and g.project_id = $2 and g.livemode = $3 returning g.id`,
    values: [id, scope.projectId, scope.livemode],
  });
  if (waited.length > 0) {
    await cancelUnsent(tx, { generationId: id });
    return { kind: 'ended' };
  }
  const attempt = await lockOpenAttempt(tx, { scope, id });
  return attempt ? wishForAttempt(tx, installation, attempt) : wishWithoutAttempt(tx, { scope, id });
}

interface OpenAttempt extends ChannelRow {
  attempt_id: bigint;
  generation_id: bigint;
  state: AttemptState;
  operation: Json | null;
  cancel_accepted: boolean;
  planned: PlannedRoute;
}

/** Its due row is locked first and read afterwards: what its holder committed meanwhile counts. */
async function lockOpenAttempt(tx: Queryable, { scope, id }: Wished): Promise<OpenAttempt | undefined> {
  await tx.query({
    name: 'lock_due_of_generation',
    text: `select 1 from due d join attempts a on a.id = d.attempt_id join generations g on g.id = a.generation_id
      where g.id = $1 and g.project_id = $2 and g.livemode = $3 for update of d`,
    values: [id, scope.projectId, scope.livemode],
  });
  const [attempt] = await tx.query<OpenAttempt>({
    name: 'open_attempt',
    text: `select a.id as attempt_id, a.generation_id, a.state, a.operation, a.cancel_accepted, g.routes -> a.route as planned,
        c.id as channel_id, c.name as channel_name, c.provider, c.livemode, v.origins, v.settings,
        v.version as credential_version, v.sealed
      from due d join attempts a on a.id = d.attempt_id join generations g on g.id = a.generation_id
      join channels c on c.id = a.channel_id join credentials v on v.version = a.credential_version
      where g.id = $1 and g.project_id = $2 and g.livemode = $3`,
    values: [id, scope.projectId, scope.livemode],
  });
  return attempt;
}

async function wishForAttempt(tx: Queryable, installation: Installation, attempt: OpenAttempt): Promise<CancelWish> {
  const { attempt_id: attemptId, generation_id: generationId, state, operation } = attempt;
  if (state === 'collecting') return { kind: 'too_late' };
  if (state === 'assigned') {
    await cancelUnsent(tx, { generationId, attemptId });
    return { kind: 'ended' };
  }
  await recordWish(tx, generationId);
  if (state === 'submitting' || state === 'unconfirmed') return { kind: state };
  if (operation === null) throw new Error(`attempt ${attemptId} is ${state} without an operation`);
  return {
    kind: 'running',
    work: {
      attemptId,
      provider: attempt.provider,
      route: attempt.planned,
      channel: channelAccess(attempt, installation.vault),
      operation,
      cancelAccepted: attempt.cancel_accepted,
    },
  };
}

async function wishWithoutAttempt(tx: Queryable, { scope, id }: Wished): Promise<CancelWish | 'moved'> {
  const [row] = await tx.query<{ state: GenerationState; cancel_requested: boolean }>({
    name: 'wish_without_attempt',
    text: 'select state, cancel_requested from generations where id = $1 and project_id = $2 and livemode = $3',
    values: [id, scope.projectId, scope.livemode],
  });
  if (!row) return { kind: 'not_found' };
  if (!isFinal(row.state)) return 'moved';
  return { kind: 'final', cancelled: row.state === 'cancelled' && row.cancel_requested };
}
