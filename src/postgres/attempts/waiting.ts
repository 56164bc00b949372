import type { WaitingGeneration } from '../../application/ports.ts';
import type { Failure } from '../../domain/failure.ts';
import type { PlannedRoute } from '../../domain/generation.ts';
import type { Database } from '../database.ts';
import { failWaiting } from './end.ts';

interface WaitingRow extends Record<string, unknown> {
  id: bigint;
  planned: PlannedRoute;
  livemode: boolean;
  age: number;
}

/** Generations that wait for a slot, oldest first. */
export async function waiting(
  database: Database,
  { limit, after }: { readonly limit: number; readonly after?: bigint },
): Promise<readonly WaitingGeneration[]> {
  const rows = await database.query<WaitingRow>({
    name: 'waiting',
    text: `select g.id, g.livemode, g.routes -> g.route as planned, extract(epoch from now_at() - g.created_at)::float8 as age
      from (select generation_id from queue where generation_id > $1 order by generation_id limit $2) q
      join generations g on g.id = q.generation_id order by g.id`,
    values: [after ?? 0n, limit],
  });
  return rows.map(({ id, planned, livemode, age }) => ({ id, route: planned, livemode, secondsOld: age }));
}

/** The row of the queue is the fence: whoever takes it away ends the generation, or gives it a slot. */
export function endWaiting(database: Database, generationId: bigint, failure: Failure): Promise<boolean> {
  return database.transaction(async (tx) => {
    const taken = await tx.query({
      name: 'leave_queue',
      text: 'delete from queue where generation_id = $1 returning generation_id',
      values: [generationId],
    });
    if (taken.length === 0) return false;
    await failWaiting(tx, generationId, failure);
    return true;
  });
}
