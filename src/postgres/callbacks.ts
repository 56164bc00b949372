import type { CallbackStore, Delivery } from '../application/ports.ts';
import type { GenerationState } from '../domain/generation.ts';
import type { Database } from './database.ts';
import type { Vault } from './installation.ts';

/**
 * Puts the change of state that a statement just made in line, when somebody wants to be told; `g` is that statement's
 * rows: id, event_number, state, progress, vendor_state.
 */
export const TELL = `insert into deliveries (generation_id, number, host, state, progress, vendor_state)
  select g.id, g.event_number, c.host, g.state, g.progress, g.vendor_state from g join callbacks c on c.generation_id = g.id`;

interface DueRow extends Record<string, unknown> {
  generation_id: bigint;
  number: number;
  claim: bigint;
  failures: number;
  host: string;
  url: string;
  base: string;
  sealed_key: Buffer | null;
  state: GenerationState;
  progress: number;
  vendor_state: string | null;
  at: number;
}

export function callbackStore(database: Database, vault: Vault): CallbackStore {
  return {
    claim: async ({ limit, perHost, busy, leaseSeconds }) => {
      const rows = await database.query<DueRow>({
        name: 'claim_deliveries',
        text: CLAIM,
        values: [limit, perHost, [...busy.keys()], [...busy.values()], leaseSeconds],
      });
      return rows.map((row) => deliveryOf(row, vault));
    },
    retry: async (delivery, inSeconds) => {
      await database.query({
        name: 'retry_delivery',
        text: `update deliveries set failures = failures + 1, claim = 0, run_at = now_at() + make_interval(secs => $4)
          where generation_id = $1 and number = $2 and claim = $3`,
        values: [...keyOf(delivery), inSeconds],
      });
    },
    finish: async (delivery) => {
      await database.query({
        name: 'finish_delivery',
        text: `with told as (
            delete from deliveries where generation_id = $1 and number = $2 and claim = $3 returning state
          ), older as (
            delete from deliveries d using told where d.generation_id = $1 and d.number < $2
          )
          update callbacks set sealed_key = null where generation_id = $1
            and exists (select from told where state not in ('queued', 'in_progress'))`,
        values: keyOf(delivery),
      });
    },
    handBack: async (deliveries) => {
      await database.query({
        name: 'hand_back_deliveries',
        text: `update deliveries d set run_at = now_at(), claim = 0
          from unnest($1::bigint[], $2::integer[], $3::bigint[]) as c(generation_id, number, claim)
          where d.generation_id = c.generation_id and d.number = c.number and d.claim = c.claim`,
        values: [
          deliveries.map(({ generationId }) => generationId),
          deliveries.map(({ number }) => number),
          deliveries.map(({ claim }) => claim),
        ],
      });
    },
  };
}

const keyOf = ({ generationId, number, claim }: Delivery): readonly unknown[] => [generationId, number, claim];

/**
 * The next of each host, so that ten thousand to one that is slow hold back no other; and of each generation the oldest
 * that nobody has tried, so that they come in order: what failed is not tried again once there is a newer one. The lease
 * is the next due time.
 */
const CLAIM = `with recursive hosts as (
    (select host from deliveries order by host limit 1)
    union all
    select (select d.host from deliveries d where d.host > h.host order by d.host limit 1) from hosts h where h.host is not null
  ), busy as (
    select * from unnest($3::text[], $4::integer[]) as b(host, calls)
  ), candidates as (
    select q.generation_id, q.number, q.run_at from hosts h left join busy b on b.host = h.host
    cross join lateral (
      select d.generation_id, d.number, d.run_at from deliveries d
      where d.host = h.host and d.run_at <= (select now_at())
        and not exists (select from deliveries e where e.generation_id = d.generation_id and case when e.number < d.number
          then e.failures = 0 or (e.claim <> 0 and e.run_at > (select now_at())) else e.number > d.number and d.failures > 0 end)
      order by d.run_at limit greatest(0, $2 - coalesce(b.calls, 0))
    ) q
    where h.host is not null
    order by q.run_at limit $1
  ), taken as (
    select d.generation_id, d.number from deliveries d
    where (d.generation_id, d.number) in (select generation_id, number from candidates) and d.run_at <= (select now_at())
    for update skip locked
  )
  update deliveries d set run_at = now_at() + make_interval(secs => $5), claim = nextval('claim_sequence')
  from taken join callbacks c on c.generation_id = taken.generation_id
  where d.generation_id = taken.generation_id and d.number = taken.number
  returning d.generation_id, d.number, d.claim, d.failures, d.host, c.url, c.base, c.sealed_key, d.state, d.progress,
    d.vendor_state, extract(epoch from d.at)::float8 as at`;

function deliveryOf(row: DueRow, vault: Vault): Delivery {
  if (row.sealed_key === null) throw new Error(`the callback of generation ${row.generation_id} has no key any more`);
  return {
    generationId: row.generation_id,
    number: row.number,
    claim: row.claim,
    failures: row.failures,
    host: row.host,
    url: row.url,
    base: row.base,
    secret: vault.open(row.sealed_key).toString('utf8'),
    state: row.state,
    progress: row.progress,
    ...(row.vendor_state !== null && { vendorState: row.vendor_state }),
    at: row.at,
  };
}
