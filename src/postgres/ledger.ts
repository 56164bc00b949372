import type { Queryable } from './database.ts';

type AccountKind = 'grants' | 'available' | 'held' | 'spent' | 'revenue' | 'variance' | 'loss';

/** One side of a balanced group. `projectId` null is the operator's own account. */
interface Posting {
  readonly projectId: bigint | null;
  readonly kind: AccountKind;
  readonly amountMicros: number;
}

interface Booking {
  readonly kind: 'grant' | 'settle' | 'release';
  readonly generationId: bigint | null;
  readonly livemode: boolean;
  readonly cause: string;
  readonly postings: readonly Posting[];
}

const OPERATOR_KINDS: ReadonlySet<AccountKind> = new Set(['revenue', 'variance', 'loss']);

/** Books one balanced group inside the caller's transaction. Amounts of zero are left out. */
async function book(tx: Queryable, booking: Booking): Promise<void> {
  const postings = booking.postings.filter(({ amountMicros }) => amountMicros !== 0);
  const [group] = await tx.query<{ id: bigint }>({
    name: 'book_group',
    text: 'insert into ledger_transactions (kind, generation_id, cause) values ($1, $2, $3) returning id',
    values: [booking.kind, booking.generationId, booking.cause],
  });
  if (postings.length === 0) return;
  await tx.query({
    name: 'book_entries',
    text: `with wanted as (
        select * from unnest($2::bigint[], $3::text[], $4::bigint[]) as w(project_id, kind, amount)
      ), touched as (
        insert into accounts (project_id, livemode, kind, balance_micros)
        select project_id, $5, kind, amount from wanted order by project_id nulls last, kind
        on conflict (project_id, livemode, kind) do update set balance_micros = accounts.balance_micros + excluded.balance_micros
        returning id, project_id, kind
      )
      insert into ledger_entries (transaction_id, account_id, amount_micros)
      select $1, touched.id, wanted.amount from wanted
      join touched on touched.kind = wanted.kind and touched.project_id is not distinct from wanted.project_id`,
    values: [
      group?.id,
      postings.map(({ projectId, kind }) => (OPERATOR_KINDS.has(kind) ? null : projectId)),
      postings.map(({ kind }) => kind),
      postings.map(({ amountMicros }) => amountMicros),
      booking.livemode,
    ],
  });
}

export interface Hold {
  readonly projectId: bigint;
  readonly generationId: bigint;
  readonly livemode: boolean;
  readonly heldMicros: number;
}

/** Spends what is due, at most the hold, and gives the rest back. What the vendor bills beyond it is the operator's variance. */
export async function bookSettle(
  tx: Queryable,
  { projectId, generationId, livemode, heldMicros }: Hold,
  { settleMicros, excessMicros }: { readonly settleMicros: number; readonly excessMicros: number },
): Promise<void> {
  await giveBack(tx, { projectId, generationId, livemode }, heldMicros - settleMicros);
  await book(tx, {
    kind: 'settle',
    generationId,
    livemode,
    cause: 'generation completed',
    postings: [
      { projectId, kind: 'held', amountMicros: -heldMicros },
      { projectId, kind: 'spent', amountMicros: settleMicros },
      { projectId, kind: 'available', amountMicros: heldMicros - settleMicros },
      { projectId: null, kind: 'variance', amountMicros: -excessMicros },
      { projectId: null, kind: 'revenue', amountMicros: excessMicros },
    ],
  });
}

/** Gives the whole hold back. */
export async function bookRelease(
  tx: Queryable,
  { projectId, generationId, livemode, heldMicros }: Hold,
  cause: string,
): Promise<void> {
  await giveBack(tx, { projectId, generationId, livemode }, heldMicros);
  await book(tx, {
    kind: 'release',
    generationId,
    livemode,
    cause,
    postings: [
      { projectId, kind: 'held', amountMicros: -heldMicros },
      { projectId, kind: 'available', amountMicros: heldMicros },
    ],
  });
}

/**
 * Takes a closed hold out of what its key has committed, of the day it was held on. Locks what admission locks first, so
 * that neither waits for the other in a circle.
 */
async function giveBack(
  tx: Queryable,
  { projectId, generationId, livemode }: Omit<Hold, 'heldMicros'>,
  micros: number,
): Promise<void> {
  await tx.query({
    name: 'lock_available',
    text: `select 1 from accounts where project_id = $1 and livemode = $2 and kind = 'available' for update`,
    values: [projectId, livemode],
  });
  await tx.query({
    name: 'give_back',
    text: `update key_use u set committed_micros = u.committed_micros - $2, in_flight = u.in_flight - 1,
        day_micros = u.day_micros - case when u.day = (g.created_at at time zone 'UTC')::date then $2 else 0 end
      from generations g where g.id = $1 and u.key_id = g.key_id`,
    values: [generationId, micros],
  });
}
