import type { Queryable } from '../database.ts';
import type { CheckName, Drift } from './drift.ts';

/**
 * A page of generations, with all that was booked for them, and what the vendor's bills say. Prices are as `priceOf` makes
 * them: exact, rate and markup to nine decimals.
 */
const PAGE = `g as materialized (
    select id, project_id, livemode, key_id, state, ended_at, held_micros, settled_micros, coalesce(settled_micros, 0) as settled, routes
    from generations where id > $1 order by id limit $2
  ), t as materialized (
    select id, kind, generation_id from ledger_transactions where kind = 'hold' and generation_id = any (array(select id from g))
    union all select id, kind, generation_id from ledger_transactions
      where kind in ('settle', 'release') and generation_id = any (array(select id from g))
    union all select id, kind, generation_id from ledger_transactions where kind = 'refund' and generation_id = any (array(select id from g))
    union all select id, kind, generation_id from ledger_transactions where kind = 'loss' and generation_id = any (array(select id from g))
  ), counts as (
    select generation_id, count(*) filter (where kind = 'hold') as holds, count(*) filter (where kind = 'settle') as settles,
      count(*) filter (where kind = 'release') as releases from t group by generation_id
  ), nets as (
    select t.generation_id, sum(e.amount_micros) filter (where a.kind = 'held') as held,
      sum(e.amount_micros) filter (where a.kind = 'available') as available,
      sum(e.amount_micros) filter (where a.kind = 'spent') as spent,
      sum(e.amount_micros) filter (where a.kind = 'variance') as variance,
      sum(e.amount_micros) filter (where a.kind = 'loss') as loss,
      sum(e.amount_micros) filter (where t.kind = 'refund' and a.kind = 'available') as refunded,
      bool_or(a.livemode <> g.livemode or a.project_id <> g.project_id) as foreign_account
    from t join g on g.id = t.generation_id join ledger_entries e on e.transaction_id = t.id
    join accounts a on a.id = e.account_id group by t.generation_id
  ), bills as (
    select a.generation_id,
      count(*) filter (where a.state = 'succeeded') as paid,
      sum(ceil(c.micros * round(c.usd_per_unit, 9) * round(coalesce((g.routes -> a.route ->> 'markup')::numeric, 1), 9)))
        filter (where a.state = 'succeeded') as price,
      max((g.routes -> a.route ->> 'holdMicros')::bigint) filter (where a.state = 'succeeded') as most,
      coalesce(sum(ceil(c.micros * round(c.usd_per_unit, 9))) filter (where a.state = 'failed'), 0) as lost,
      bool_or(a.state not in ('succeeded', 'failed')) as early
    from attempts a join g on g.id = a.generation_id join vendor_costs c on c.attempt_id = a.id group by a.generation_id
  ), work as (
    select g.id, (select count(*) from queue q where q.generation_id = g.id)
      + (select count(*) from attempts a where a.generation_id = g.id and a.state not in ('succeeded', 'failed')) as places
    from g
  ), x as materialized (
    select g.*, coalesce(holds, 0) as holds, coalesce(settles, 0) as settles, coalesce(releases, 0) as releases,
      coalesce(held, 0) as held, coalesce(available, 0) as available, coalesce(spent, 0) as spent, coalesce(loss, 0) as loss,
      coalesce(variance, 0) as variance, coalesce(refunded, 0) as refunded, coalesce(foreign_account, false) as foreign_account,
      coalesce(paid, 0) as paid, price, most, coalesce(lost, 0) as lost, coalesce(early, false) as early, places
    from g left join counts c on c.generation_id = g.id left join nets n on n.generation_id = g.id
    left join bills b on b.generation_id = g.id join work w on w.id = g.id
  )`;

/** Each answers the generations of the page that are not as they must be, and why. */
const GENERATION_CHECKS: readonly (readonly [CheckName, string])[] = [
  [
    'one_hold_one_close',
    `select id, holds || ' holds, ' || settles || ' settled, ' || releases || ' released, state ' || state from x
      where holds <> 1 or settles <> case when state = 'completed' then 1 else 0 end
        or releases <> case when state in ('failed', 'cancelled', 'expired') then 1 else 0 end`,
  ],
  [
    'entries_match_generations',
    `select id, 'state ' || state || ', held ' || held_micros || ', settled ' || settled || ', refunded ' || refunded
        || '; booked: held ' || held || ', available ' || available || ', spent ' || spent
        || case when foreign_account then ', on accounts of another project or world' else '' end from x
      where foreign_account or held <> case when ended_at is null then held_micros else 0 end
        or available <> case when ended_at is null then - held_micros else refunded - settled end
        or spent <> settled - refunded or refunded not between 0 and settled
        or settled > held_micros or (state <> 'completed' and settled <> 0)`,
  ],
  [
    'settled_from_evidence',
    `select id, 'settled ' || settled || ' and ' || - variance || ' beyond the hold; the vendor’s cost says ' || price
        || ', at most ' || most from x
      where paid = 1 and (settled <> least(most, price) or - variance <> price - settled)`,
  ],
  [
    'costs_match_evidence',
    `select id, paid || ' costs of the vendor are recorded, state ' || state from x
      where early or paid <> case when state = 'completed' then 1 else 0 end`,
  ],
  [
    'costs_match_evidence',
    `select x.id, 'attempt ' || a.id || ' cost by ' || c.reported || ', which the vendor never reported'
      from x join attempts a on a.generation_id = x.id join vendor_costs c on c.attempt_id = a.id
      where c.reported is not null and not exists (
        select from observations o where o.attempt_id = a.id and o.evidence -> 'observation' -> 'usage' = c.reported)`,
  ],
  [
    'losses_match_evidence',
    `select id, 'booked as lost: ' || - loss || '; billed by the vendor: ' || lost from x where - loss <> lost`,
  ],
  [
    'losses_match_evidence',
    `select x.id, 'attempt ' || a.id || ' failed, and the vendor reported ' || (o.evidence -> 'observation' ->> 'usage')
      from x join attempts a on a.generation_id = x.id and a.state = 'failed' join observations o on o.attempt_id = a.id
      where o.evidence -> 'observation' ? 'usage' and not exists (select from vendor_costs c where c.attempt_id = a.id)`,
  ],
  [
    'open_generations_are_worked_on',
    `select id, 'state ' || state || '; it waits or is worked on in ' || places || ' places' from x
      where places <> case when ended_at is null then 1 else 0 end`,
  ],
];

const TEXT = `with ${PAGE}
  select '' as check, max(id) as id, count(*)::text as message from g
  ${GENERATION_CHECKS.map(([name, sql]) => `union all select '${name}', * from (${sql}) as found`).join('\n')}`;

interface FoundRow extends Record<string, unknown> {
  check: CheckName | '';
  id: bigint | null;
  message: string;
}

/** Looks at every generation, a page at a time; answers how many there are. */
export async function checkGenerations(
  on: Queryable,
  { pageSize, drifts }: { readonly pageSize: number; readonly drifts: Drift[] },
): Promise<number> {
  let seen = 0;
  for (let after: bigint | null = 0n; after !== null; ) {
    const rows: readonly FoundRow[] = await on.query<FoundRow>({ text: TEXT, values: [after, pageSize] });
    after = null;
    for (const { check, id, message } of rows) {
      if (check !== '') drifts.push({ check, subject: `generation ${id}`, message });
      else if (id !== null) [after, seen] = [id, seen + Number(message)];
    }
  }
  return seen;
}

/** Of the day that the key counts, by the day of the hold. */
const KEY_DAYS = `with u as (select key_id, day, day_micros from key_use where key_id > $1 order by key_id limit $2),
  spent as (
    select u.key_id, u.day, u.day_micros, (
      select coalesce(sum(case when g.ended_at is null then g.held_micros else coalesce(g.settled_micros, 0) - coalesce((
          select sum(e.amount_micros) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
          where t.generation_id = g.id and t.kind = 'refund' and e.amount_micros > 0), 0) end), 0)
      from generations g where g.key_id = u.key_id and g.created_at >= u.day::timestamp at time zone 'UTC'
        and g.created_at < (u.day + 1)::timestamp at time zone 'UTC'
    ) as should from u
  )
  select max(key_id) as key_id, null as message from u
  union all select key_id, 'on ' || day || ' it has committed ' || day_micros || ' micro-dollars; its generations say ' || should
    from spent where day_micros <> should`;

/** Looks at the daily counter of every key. */
export async function checkKeyDays(
  on: Queryable,
  { pageSize, drifts }: { readonly pageSize: number; readonly drifts: Drift[] },
): Promise<void> {
  for (let after: bigint | null = 0n; after !== null; ) {
    const rows: readonly { key_id: bigint | null; message: string | null }[] = await on.query({
      text: KEY_DAYS,
      values: [after, pageSize],
    });
    after = null;
    for (const { key_id, message } of rows) {
      if (message === null) after = key_id;
      else drifts.push({ check: 'key_days_match_generations', subject: `key ${key_id}`, message });
    }
  }
}
