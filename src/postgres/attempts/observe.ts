import type { Claim, LostCost } from '../../application/ports.ts';
import type { Evidence } from '../../domain/attempt.ts';
import type { Database, Queryable } from '../database.ts';
import { jsonbText } from '../jsonb.ts';
import { recordLoss } from './lost-costs.ts';

interface Seen {
  readonly evidence: Evidence;
  readonly lost?: LostCost | undefined;
}

/**
 * Writes evidence down, whoever holds the attempt. What it says of the vendor's bill is booked with it when the attempt has
 * been given up: nobody will absorb it any more.
 */
export function observe(database: Database, claim: Claim, { evidence, lost }: Seen): Promise<bigint> {
  if (!lost) return insert(database, claim, evidence);
  return database.transaction(async (tx) => {
    const number = await insert(tx, claim, evidence);
    await recordLoss(tx, claim.attemptId, lost);
    return number;
  });
}

async function insert(on: Queryable, { attemptId, number }: Claim, evidence: Evidence): Promise<bigint> {
  const [row] = await on.query<{ number: bigint }>({
    name: 'observe',
    // The lock comes before the number, so that the numbers of an attempt become visible in their order.
    // Whoever holds the attempt by now is told at once; our own claim absorbs it itself.
    text: `with held as (select attempt_id from due where attempt_id = $1 for update),
      woken as (update due set run_at = now_at() where attempt_id = $1 and claim <> $2)
      insert into observations (attempt_id, evidence) select $1, $3 from (select count(*) from held) as locked
      returning number`,
    values: [attemptId, number, jsonbText(evidence)],
  });
  if (!row) throw new Error('observe answered nothing');
  return row.number;
}
