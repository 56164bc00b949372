import type { Queryable } from './database.ts';

type AccountKind = 'grants' | 'available' | 'held' | 'spent' | 'revenue' | 'variance' | 'loss';

/** One side of a balanced group. `projectId` null is the operator's own account. */
interface Posting {
  readonly projectId: bigint | null;
  readonly kind: AccountKind;
  readonly amountMicros: number;
}

interface Booking {
  readonly kind: 'grant' | 'settle' | 'release' | 'refund' | 'loss';
  readonly generationId: bigint | null;
  readonly livemode: boolean;
  readonly cause: string;
  readonly postings: readonly Posting[];
}

const OPERATOR_KINDS: ReadonlySet<AccountKind> = new Set(['revenue', 'variance', 'loss']);

/** Books one balanced group inside the caller's transaction. Amounts of zero are left out. */
async function book(tx: Queryable, booking: Booking): Promise<bigint> {
  const postings = booking.postings.filter(({ amountMicros }) => amountMicros !== 0);
  const [group] = await tx.query<{ id: bigint }>({
    name: 'book_group',
    text: 'insert into ledger_transactions (kind, generation_id, cause) values ($1, $2, $3) returning id',
    values: [booking.kind, booking.generationId, booking.cause],
  });
  if (!group) throw new Error('book_group answered nothing');
  if (postings.length === 0) return group.id;
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
      group.id,
      postings.map(({ projectId, kind }) => (OPERATOR_KINDS.has(kind) ? null : projectId)),
      postings.map(({ kind }) => kind),
      postings.map(({ amountMicros }) => amountMicros),
      booking.livemode,
    ],
  });
  return group.id;
}

/** Books money of a project in, or out where the amount is negative. Answers the transaction. */
export const bookGrant = (
  tx: Queryable,
  {
    projectId,
    livemode,
    amountMicros,
    cause,
  }: { readonly projectId: bigint; readonly livemode: boolean; readonly amountMicros: number; readonly cause: string },
): Promise<bigint> =>
  book(tx, {
    kind: 'grant',
    generationId: null,
    livemode,
    cause,
    postings: [
      { projectId, kind: 'grants', amountMicros: -amountMicros },
      { projectId, kind: 'available', amountMicros },
    ],
  });

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
  await lockAvailable(tx, { projectId, livemode });
  await giveBack(tx, { generationId, micros: heldMicros - settleMicros, isEnded: true });
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
  await lockAvailable(tx, { projectId, livemode });
  await giveBack(tx, { generationId, micros: heldMicros, isEnded: true });
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

/** What a vendor bills for an attempt that brought nothing: it costs the operator, and no project. */
export const bookLoss = (
  tx: Queryable,
  {
    generationId,
    livemode,
    micros,
  }: { readonly generationId: bigint; readonly livemode: boolean; readonly micros: number },
): Promise<bigint> =>
  book(tx, {
    kind: 'loss',
    generationId,
    livemode,
    cause: 'billed by the vendor for a failed attempt',
    postings: [
      { projectId: null, kind: 'loss', amountMicros: -micros },
      { projectId: null, kind: 'revenue', amountMicros: micros },
    ],
  });

/** What became of the wish to give money back. `leftMicros`: what there was to give. */
export type RefundOutcome =
  | { readonly kind: 'refunded'; readonly micros: number }
  | { readonly kind: 'not_found' | 'not_completed' | 'refunded_before' }
  | { readonly kind: 'too_much'; readonly leftMicros: number };

interface Refundable extends Record<string, unknown> {
  project_id: bigint;
  livemode: boolean;
  state: string;
  settled_micros: bigint | null;
}

/**
 * Gives back what a completed generation cost, or `micros` of it: once, and at most what was settled. The key may spend it
 * again. Anything but `refunded` wrote nothing.
 */
export async function bookRefund(
  tx: Queryable,
  { generationId, micros, cause }: { readonly generationId: bigint; readonly micros?: number; readonly cause: string },
): Promise<RefundOutcome> {
  const [row] = await tx.query<Refundable>({
    name: 'refundable',
    text: 'select project_id, livemode, state, settled_micros from generations where id = $1',
    values: [generationId],
  });
  if (!row) return { kind: 'not_found' };
  const { project_id: projectId, livemode } = row;
  const settledMicros = Number(row.settled_micros ?? 0);
  const amountMicros = micros ?? settledMicros;
  if (row.state !== 'completed') return { kind: 'not_completed' };
  if (!Number.isSafeInteger(amountMicros) || amountMicros < 0) throw new RangeError(`not an amount: ${amountMicros}`);
  if (amountMicros > settledMicros) return { kind: 'too_much', leftMicros: settledMicros };
  await lockAvailable(tx, { projectId, livemode });
  if (await isRefunded(tx, generationId)) return { kind: 'refunded_before' };
  await giveBack(tx, { generationId, micros: amountMicros, isEnded: false });
  await book(tx, {
    kind: 'refund',
    generationId,
    livemode,
    cause,
    postings: [
      { projectId, kind: 'spent', amountMicros: -amountMicros },
      { projectId, kind: 'available', amountMicros },
    ],
  });
  return { kind: 'refunded', micros: amountMicros };
}

/** To be asked under the lock of `available`. */
async function isRefunded(tx: Queryable, generationId: bigint): Promise<boolean> {
  const rows = await tx.query({
    name: 'is_refunded',
    text: `select 1 from ledger_transactions where generation_id = $1 and kind = 'refund'`,
    values: [generationId],
  });
  return rows.length > 0;
}

/** What admission locks first, so that neither waits for the other in a circle. */
async function lockAvailable(
  tx: Queryable,
  { projectId, livemode }: Pick<Hold, 'projectId' | 'livemode'>,
): Promise<void> {
  await tx.query({
    name: 'lock_available',
    text: `select 1 from accounts where project_id = $1 and livemode = $2 and kind = 'available' for update`,
    values: [projectId, livemode],
  });
}

/** Takes what a generation does not cost out of what its key has committed, and of the day it was held on. */
async function giveBack(
  tx: Queryable,
  {
    generationId,
    micros,
    isEnded,
  }: { readonly generationId: bigint; readonly micros: number; readonly isEnded: boolean },
): Promise<void> {
  await tx.query({
    name: 'give_back',
    text: `update key_use u set committed_micros = u.committed_micros - $2, in_flight = u.in_flight - $3,
        day_micros = u.day_micros - case when u.day = (g.created_at at time zone 'UTC')::date then $2 else 0 end
      from generations g where g.id = $1 and u.key_id = g.key_id`,
    values: [generationId, micros, isEnded ? 1 : 0],
  });
}
