import type { Change, Page, PageWish } from '../../application/admin/change.ts';
import {
  type Grant,
  type GrantWish,
  PROJECT_ID,
  type Project,
  type ProjectRef,
} from '../../application/admin/project.ts';
import { Refusal } from '../../application/refusal.ts';
import { dollars } from '../../domain/money.ts';
import type { Database, Queryable } from '../database.ts';
import { bookGrant } from '../ledger.ts';
import { audit } from './audit.ts';
import { findProject, lockBooks } from './project-rows.ts';

interface GrantRequest {
  readonly ref: ProjectRef;
  readonly wish: GrantWish;
  readonly change: Change;
}

/** Books money of a project in or out. The same Idempotency-Key again answers what was booked. Throws Refusals. */
export async function grant(
  tx: Queryable,
  { ref, wish, change }: GrantRequest,
): Promise<{ readonly grant: Grant; readonly replayed: boolean }> {
  const { id: projectId } = await findProject(tx, ref);
  await lockBooks(tx, projectId);
  const booked = await bookedBefore(tx, projectId, wish);
  if (booked) return { grant: booked, replayed: true };
  const { livemode, amountMicros, cause, idempotency } = wish;
  const before = booksIn(await findProject(tx, { id: projectId }), livemode);
  refuseBelowFloor(before, amountMicros);
  const transactionId = await bookGrant(tx, { projectId, livemode, amountMicros, cause });
  if (idempotency)
    await tx.query({
      text: 'insert into grant_keys (project_id, livemode, key, request_hash, transaction_id) values ($1, $2, $3, $4, $5)',
      values: [projectId, livemode, idempotency.key, idempotency.requestHash, transactionId],
    });
  const made = await findGrant(tx, transactionId);
  const availableMicros = before.availableMicros + amountMicros;
  await audit(tx, change, {
    action: amountMicros < 0 ? 'grant.taken-back' : 'grant.made',
    subject: PROJECT_ID.spell(projectId),
    before: { livemode, available_micros: before.availableMicros },
    after: { livemode, available_micros: availableMicros, amount_micros: amountMicros, cause },
  });
  return { grant: { ...made, availableMicros }, replayed: false };
}

const booksIn = ({ live, test }: Project, livemode: boolean) => (livemode ? live : test);

function refuseBelowFloor({ availableMicros, floorMicros }: Project['live'], amountMicros: number): void {
  if (amountMicros >= 0 || floorMicros === undefined || availableMicros + amountMicros >= floorMicros) return;
  const most = availableMicros - floorMicros;
  throw new Refusal(
    'conflict',
    `amount_micros is ${amountMicros} (${dollars(amountMicros)}); ${dollars(availableMicros)} is available and may not fall below ${dollars(floorMicros)}, so at most ${dollars(most)} can be taken back.`,
    { param: 'amount_micros' },
  );
}

/** Under the lock of the books, so that twins take turns. */
async function bookedBefore(
  tx: Queryable,
  projectId: bigint,
  { livemode, idempotency }: GrantWish,
): Promise<Grant | undefined> {
  if (!idempotency) return undefined;
  const [row] = await tx.query<{ request_hash: string; transaction_id: bigint }>({
    text: 'select request_hash, transaction_id from grant_keys where project_id = $1 and livemode = $2 and key = $3',
    values: [projectId, livemode, idempotency.key],
  });
  if (!row) return undefined;
  if (row.request_hash === idempotency.requestHash) return findGrant(tx, row.transaction_id);
  throw new Refusal(
    'idempotency_mismatch',
    `The Idempotency-Key ${JSON.stringify(idempotency.key)} was used for another grant to this project. Nothing was booked.`,
    { param: 'Idempotency-Key' },
  );
}

interface GrantRow extends Record<string, unknown> {
  id: bigint;
  project_id: bigint;
  livemode: boolean;
  amount: bigint;
  cause: string;
  created: number;
}

/** By the account that has nothing else: what is held and settled is a thousand times as much. */
const SELECT = `select t.id, a.project_id, a.livemode, - e.amount_micros as amount, t.cause,
    extract(epoch from t.at)::float8 as created
  from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
  join accounts a on a.id = e.account_id and a.kind = 'grants' where t.kind = 'grant'`;

const grantOf = (row: GrantRow): Grant => ({
  id: row.id,
  projectId: row.project_id,
  livemode: row.livemode,
  amountMicros: Number(row.amount),
  cause: row.cause,
  createdAt: row.created,
});

async function findGrant(on: Queryable, id: bigint): Promise<Grant> {
  const [row] = await on.query<GrantRow>({ text: `${SELECT} and t.id = $1`, values: [id] });
  if (!row) throw new Error(`grant ${id} is not in the ledger`);
  return grantOf(row);
}

/** Newest first. */
export async function listGrants(
  database: Database,
  projectId: bigint,
  { limit, after }: PageWish,
): Promise<Page<Grant>> {
  const rows = await database.query<GrantRow>({
    text: `${SELECT} and a.project_id = $1 and ($2::bigint is null or t.id < $2)
      order by t.id desc limit $3`,
    values: [projectId, after ?? null, limit + 1],
  });
  return { items: rows.slice(0, limit).map(grantOf), hasMore: rows.length > limit };
}
