import type { LedgerFilter, LedgerLine, LedgerLines } from '../../application/admin/ledger-line.ts';
import type { Database } from '../database.ts';
import { findProject } from './project-rows.ts';

const CHUNK = 1000;

interface LineRow extends Record<string, unknown> {
  id: bigint;
  transaction_id: bigint;
  at: number;
  kind: string;
  cause: string;
  livemode: boolean;
  project_id: bigint | null;
  project_name: string | null;
  account: string;
  amount: bigint;
  generation_id: bigint | null;
}

/** The ledger, entry by entry. */
export const ledgerLines = (database: Database, chunk: number = CHUNK): LedgerLines => ({
  read: async function* (filter) {
    const projectId = filter.project && (await findProject(database, filter.project)).id;
    for (let { after } = filter; ; ) {
      const lines = await readChunk(database, { ...filter, projectId, after, limit: chunk });
      yield lines;
      const last = lines.at(-1);
      if (last === undefined || lines.length < chunk) return;
      after = last.id;
    }
  },
});

interface Chunk extends Omit<LedgerFilter, 'after'> {
  readonly projectId: bigint | undefined;
  readonly after: bigint | undefined;
  readonly limit: number;
}

async function readChunk(
  database: Database,
  { projectId, livemode, from, to, after, limit }: Chunk,
): Promise<readonly LedgerLine[]> {
  const rows = await database.query<LineRow>({
    text: `select e.id, e.transaction_id, extract(epoch from t.at)::float8 as at, t.kind, t.cause, a.livemode, a.project_id,
        p.name as project_name, a.kind as account, e.amount_micros as amount, t.generation_id
      from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
      join accounts a on a.id = e.account_id left join projects p on p.id = a.project_id
      where ($1::bigint is null or e.id > $1) and ($2::bigint is null or a.project_id = $2)
        and ($3::boolean is null or a.livemode = $3) and ($4::float8 is null or t.at >= to_timestamp($4))
        and ($5::float8 is null or t.at < to_timestamp($5))
      order by e.id limit $6`,
    values: [after ?? null, projectId ?? null, livemode ?? null, from ?? null, to ?? null, limit],
  });
  return rows.map(lineOf);
}

const lineOf = (row: LineRow): LedgerLine => ({
  id: row.id,
  transactionId: row.transaction_id,
  at: row.at,
  kind: row.kind,
  cause: row.cause,
  livemode: row.livemode,
  ...(row.project_id !== null && { project: { id: row.project_id, name: row.project_name ?? '' } }),
  account: row.account,
  amountMicros: row.amount,
  ...(row.generation_id !== null && { generationId: row.generation_id }),
});
