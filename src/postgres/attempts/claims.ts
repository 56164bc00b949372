import type { Claim } from '../../application/ports.ts';
import type { Database, Queryable } from '../database.ts';

/** Takes due rows. The lease is the next due time: what a dead worker held comes back by itself. */
export async function claim(
  database: Database,
  { limit, leaseSeconds, owner }: { readonly limit: number; readonly leaseSeconds: number; readonly owner: string },
): Promise<readonly Claim[]> {
  const rows = await database.query<{ attempt_id: bigint; claim: bigint }>({
    name: 'claim',
    text: `with c as (
        select attempt_id from due where run_at <= (select now_at()) order by run_at limit $1 for update skip locked
      )
      update due d set run_at = now_at() + make_interval(secs => $2), claim = nextval('claim_sequence'), owner = $3
      from c where d.attempt_id = c.attempt_id returning d.attempt_id, d.claim`,
    values: [limit, leaseSeconds, owner],
  });
  return rows.map((row) => ({ attemptId: row.attempt_id, number: row.claim }));
}

/** Moves the leases on; a claim that someone else took since is left alone. */
export async function heartbeat(database: Database, claims: readonly Claim[], leaseSeconds: number): Promise<void> {
  if (claims.length === 0) return;
  await database.query({
    name: 'heartbeat',
    text: `update due d set run_at = now_at() + make_interval(secs => $3)
      from unnest($1::bigint[], $2::bigint[]) as c(attempt_id, claim)
      where d.attempt_id = c.attempt_id and d.claim = c.claim`,
    values: [...columnsOf(claims), leaseSeconds],
  });
}

/** Makes the rows due now and forgets who held them, but not while a create may be on its way: that keeps its lease. */
export async function handBack(database: Database, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return;
  await database.query({
    name: 'hand_back',
    text: `update due d set run_at = now_at(), claim = 0, owner = ''
      from unnest($1::bigint[], $2::bigint[]) as c(attempt_id, claim) join attempts a on a.id = c.attempt_id
      where d.attempt_id = c.attempt_id and d.claim = c.claim and a.state <> 'submitting'`,
    values: columnsOf(claims),
  });
}

const columnsOf = (claims: readonly Claim[]): readonly [readonly bigint[], readonly bigint[]] => [
  claims.map(({ attemptId }) => attemptId),
  claims.map(({ number }) => number),
];

/** When the next attempt is due. */
export async function nextDueSeconds(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ seconds: number | null }>({
    name: 'next_due',
    text: `select extract(epoch from (select min(run_at) from due) - now_at())::float8 as seconds`,
  });
  return row?.seconds === null || row === undefined ? undefined : Math.max(0, row.seconds);
}

/** Locks the claim's row; false when someone else has it by now. Every decision begins with this. */
export async function fence(tx: Queryable, { attemptId, number }: Claim): Promise<boolean> {
  const rows = await tx.query({
    name: 'fence',
    text: 'select 1 from due where attempt_id = $1 and claim = $2 for update',
    values: [attemptId, number],
  });
  return rows.length === 1;
}
