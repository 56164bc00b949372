import type { Database } from '../database.ts';
import { addUp, bookedIn, SUMS, type TotalRow, type Totals } from './booked-totals.ts';
import type { Drift } from './drift.ts';

/** What is open, found by the small tables: the wide one has no index on it. */
const OPEN = `open as materialized (
  select id, project_id, livemode, key_id, held_micros from generations where ended_at is null and id in (
    select generation_id from queue union all select generation_id from attempts where state not in ('succeeded', 'failed'))
)`;

/** One snapshot: what was booked since, what balances and counters say, and what is open. */
const NOW = `with ${bookedIn('id > $1')}, ${OPEN} ${SUMS}
  union all select 'balance', id, balance_micros::text from accounts where balance_micros <> 0
  union all select 'below', id, (balance_micros - floor_micros)::text from accounts where balance_micros < floor_micros
  union all select 'committed', key_id, committed_micros::text from key_use where committed_micros <> 0
  union all select 'in_flight', key_id, in_flight::text from key_use where in_flight <> 0
  union all select 'open', key_id, sum(held_micros)::text from open group by key_id
  union all select 'open_count', key_id, count(*)::text from open group by key_id
  union all select 'held', a.id, a.balance_micros::text from accounts a where a.kind = 'held' and a.balance_micros <> 0
  union all select 'holds', a.id, sum(o.held_micros)::text from open o join accounts a
    on a.project_id = o.project_id and a.livemode = o.livemode and a.kind = 'held' group by a.id`;

type Figures = ReadonlyMap<bigint, bigint>;

/** Compares balances and counters with `totals`, which end at `until`, and what came since. */
export async function compareNow(
  database: Database,
  { totals, until, drifts }: { readonly totals: Totals; readonly until: bigint; readonly drifts: Drift[] },
): Promise<{ readonly accounts: number; readonly keys: number }> {
  const rows = await database.query<TotalRow>({ text: NOW, values: [until] });
  addUp(totals, rows, drifts);
  const of = (...whats: readonly string[]): Figures => sumsOf(rows.filter(({ what }) => whats.includes(what)));
  const balances = of('balance');
  await compareAccounts(database, { balances, booked: totals.accounts, held: of('held'), holds: of('holds'), drifts });
  for (const [id, amount] of of('below')) {
    drifts.push({
      check: 'accounts_above_floor',
      subject: await accountName(database, id),
      message: `it is ${-amount} micro-dollars below its floor`,
    });
  }
  const committed = new Map(totals.keys);
  for (const [id, amount] of of('open')) committed.set(id, (committed.get(id) ?? 0n) + amount);
  for (const { id, is, should } of differing(of('committed'), committed)) {
    drifts.push(keyDrift(id, `it has committed ${is} micro-dollars; its generations say ${should}`));
  }
  for (const { id, is, should } of differing(of('in_flight'), of('open_count'))) {
    drifts.push(keyDrift(id, `it counts ${is} in flight; ${should} of its generations are open`));
  }
  return { accounts: balances.size, keys: committed.size };
}

interface Compared {
  readonly balances: Figures;
  readonly booked: Figures;
  readonly held: Figures;
  readonly holds: Figures;
  readonly drifts: Drift[];
}

async function compareAccounts(database: Database, { balances, booked, held, holds, drifts }: Compared): Promise<void> {
  for (const { id, is, should } of differing(balances, booked)) {
    drifts.push({
      check: 'accounts_match_entries',
      subject: await accountName(database, id),
      message: `its balance is ${is} micro-dollars; its entries add up to ${should}`,
    });
  }
  for (const { id, is, should } of differing(held, holds)) {
    drifts.push({
      check: 'holds_match_generations',
      subject: await accountName(database, id),
      message: `it has ${is} micro-dollars; open generations hold ${should}`,
    });
  }
}

const keyDrift = (id: bigint, message: string): Drift => ({
  check: 'keys_match_generations',
  subject: `key ${id}`,
  message,
});

function sumsOf(rows: readonly TotalRow[]): Figures {
  const sums = new Map<bigint, bigint>();
  for (const { id, amount } of rows) if (id !== null) sums.set(id, BigInt(amount ?? '0'));
  return sums;
}

/** Absent is nothing. */
const differing = (is: Figures, should: Figures) =>
  [...new Set([...is.keys(), ...should.keys()])]
    .map((id) => ({ id, is: is.get(id) ?? 0n, should: should.get(id) ?? 0n }))
    .filter((each) => each.is !== each.should);

async function accountName(database: Database, id: bigint): Promise<string> {
  const [row] = await database.query<{ name: string }>({
    text: `select kind || ' of ' || coalesce('project ' || project_id, 'the operator') || case when livemode then ', live' else ', test' end as name
      from accounts where id = $1`,
    values: [id],
  });
  return row?.name ?? `account ${id}`;
}
