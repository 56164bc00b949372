import type { Queryable } from '../database.ts';
import type { Drift } from './drift.ts';

/** Sums over ledger transactions, by account and by key (what its generations cost in the end). */
export interface Totals {
  readonly accounts: Map<bigint, bigint>;
  readonly keys: Map<bigint, bigint>;
  transactions: number;
}

export interface TotalRow extends Record<string, unknown> {
  what: string;
  id: bigint | null;
  amount: string | null;
}

/** Which accounts each kind of transaction moves money between. */
const FITTING = `('grant', 'grants'), ('grant', 'available'), ('hold', 'available'), ('hold', 'held'), ('settle', 'held'),
  ('settle', 'spent'), ('settle', 'available'), ('settle', 'variance'), ('settle', 'revenue'), ('release', 'held'),
  ('release', 'available'), ('refund', 'spent'), ('refund', 'available'), ('loss', 'loss'), ('loss', 'revenue')`;

/** The transactions that `where` chooses, with their entries. */
export const bookedIn = (where: string): string => `
  t as materialized (select id, kind, generation_id from ledger_transactions where ${where}),
  e as materialized (
    select t.id, t.kind, t.generation_id, e.account_id, e.amount_micros, a.kind as account, a.project_id, a.livemode
    from t join ledger_entries e on e.transaction_id = t.id join accounts a on a.id = e.account_id
  )`;

export const SUMS = `
  select 'account' as what, account_id as id, sum(amount_micros)::text as amount from e group by account_id
  union all select 'key', g.key_id, sum(e.amount_micros)::text from e join generations g on g.id = e.generation_id
    where e.account = 'spent' group by g.key_id
  union all select 'lopsided', id, sum(amount_micros)::text from e group by id having sum(amount_micros) <> 0
  union all select 'odd', id, string_agg(distinct kind || ' on ' || account, ', ') from e group by id
    having bool_or((kind, account) not in (${FITTING})) or count(distinct livemode) > 1 or count(distinct project_id) > 1
  union all select 'last', max(id), count(*)::text from t`;

/** Before this every transaction has ended: its id is older than the oldest that runs. Ids are time, see 0001. */
export async function settledUntil(on: Queryable, marginSeconds: number): Promise<bigint> {
  const [row] = await on.query<{ id: bigint }>({
    text: `select ((extract(epoch from least(clock_timestamp(), (select min(xact_start) from pg_stat_activity
        where datname = current_database())) - make_interval(secs => $1)) * 1000)::bigint - 1735689600000) * 4194304 as id`,
    values: [marginSeconds],
  });
  if (!row) throw new Error('no answer');
  return row.id;
}

/** Adds up all that is older than `until`, a page at a time, so that no snapshot is kept for long. */
export async function totalsUntil(
  on: Queryable,
  { until, pageSize, drifts }: { readonly until: bigint; readonly pageSize: number; readonly drifts: Drift[] },
): Promise<Totals> {
  const totals: Totals = { accounts: new Map(), keys: new Map(), transactions: 0 };
  for (let after: bigint | null = 0n; after !== null; ) {
    const rows: readonly TotalRow[] = await on.query<TotalRow>({
      text: `with ${bookedIn('id > $1 and id <= $2 order by id limit $3')} ${SUMS}`,
      values: [after, until, pageSize],
    });
    after = addUp(totals, rows, drifts);
  }
  return totals;
}

/** Answers the last transaction's id, null where there was none. */
export function addUp(totals: Totals, rows: readonly TotalRow[], drifts: Drift[]): bigint | null {
  let last: bigint | null = null;
  for (const { what, id, amount } of rows) {
    if (what === 'last') {
      last = id;
      totals.transactions += Number(amount);
    } else if (id !== null) addRow(totals, { what, id, amount: amount ?? '' }, drifts);
  }
  return last;
}

function addRow(totals: Totals, { what, id, amount }: { what: string; id: bigint; amount: string }, drifts: Drift[]) {
  const subject = `transaction ${id}`;
  if (what === 'account') totals.accounts.set(id, (totals.accounts.get(id) ?? 0n) + BigInt(amount));
  else if (what === 'key') totals.keys.set(id, (totals.keys.get(id) ?? 0n) + BigInt(amount));
  else if (what === 'lopsided')
    drifts.push({ check: 'transactions_balance', subject, message: `its entries add up to ${amount} micro-dollars` });
  else if (what === 'odd')
    drifts.push({ check: 'transactions_fit_their_kind', subject, message: `it moves money so: ${amount}` });
}
