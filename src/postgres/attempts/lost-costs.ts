import type { LostCost } from '../../application/ports.ts';
import type { Queryable } from '../database.ts';
import { jsonbText } from '../jsonb.ts';
import { bookLoss } from '../ledger.ts';

interface Recorded extends Record<string, unknown> {
  generation_id: bigint;
  livemode: boolean;
  micros: bigint;
}

/** Writes down what the vendor bills for a failed attempt, and books it as the operator's loss; once, whoever asks. */
export async function recordLoss(tx: Queryable, attemptId: bigint, { cost, reported }: LostCost): Promise<boolean> {
  const [recorded] = await tx.query<Recorded>({
    name: 'record_loss',
    text: `with c as (
        insert into vendor_costs (attempt_id, currency, micros, usd_per_unit, reported)
        select a.id, $2, $3, (g.routes -> a.route ->> 'usdPerUnit')::numeric, $4
        from attempts a join generations g on g.id = a.generation_id where a.id = $1 and a.state = 'failed'
        on conflict do nothing returning attempt_id, micros, usd_per_unit
      )
      select a.generation_id, g.livemode, ceil(c.micros * round(c.usd_per_unit, 9))::bigint as micros
      from c join attempts a on a.id = c.attempt_id join generations g on g.id = a.generation_id`,
    values: [attemptId, cost.currency, cost.micros, reported === undefined ? null : jsonbText(reported)],
  });
  if (!recorded) return false;
  const { generation_id: generationId, livemode } = recorded;
  const micros = Number(recorded.micros);
  if (micros > 0) await bookLoss(tx, { generationId, livemode, micros });
  return true;
}
