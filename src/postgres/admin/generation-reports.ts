import type { Change, Page } from '../../application/admin/change.ts';
import {
  type AttemptReport,
  type FullReport,
  GENERATION_ID,
  type GenerationReport,
  type RefundWish,
  type ReportFilter,
  type ReportStore,
  type VendorBill,
} from '../../application/admin/generation-report.ts';
import { Refusal } from '../../application/refusal.ts';
import type { Failure } from '../../domain/failure.ts';
import type { GenerationState, PlannedRoute } from '../../domain/generation.ts';
import type { Json } from '../../domain/json.ts';
import { dollars } from '../../domain/money.ts';
import type { Database, Queryable } from '../database.ts';
import { bookRefund, type RefundOutcome } from '../ledger.ts';
import { audit } from './audit.ts';
import { findProject } from './project-rows.ts';

/** Generations across projects, with what the vendor billed beside what was quoted and settled. */
export const reportStore = (database: Database): ReportStore => ({
  list: (filter) => list(database, filter),
  find: (id) => find(database, id),
  refund: (wish, change) => database.transaction((tx) => refund(tx, wish, change)),
});

interface ReportRow extends Record<string, unknown> {
  id: bigint;
  project_id: bigint;
  project_name: string;
  key_id: bigint;
  livemode: boolean;
  dialect: string;
  model: string;
  state: GenerationState;
  error_code: string | null;
  created: number;
  ended: number | null;
  quoted_micros: bigint;
  held_micros: bigint;
  settled_micros: bigint | null;
  refunded: bigint;
  bills: { attempt: string; currency: string; micros: number; rate: string; usd: number; reported: Json }[] | null;
}

const COLUMNS = `g.id, g.project_id, p.name as project_name, g.key_id, g.livemode, g.dialect, g.model, g.state, g.error_code,
  extract(epoch from g.created_at)::float8 as created, extract(epoch from g.ended_at)::float8 as ended,
  g.quoted_micros, g.held_micros, g.settled_micros,
  coalesce((select sum(e.amount_micros) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
    join accounts a on a.id = e.account_id and a.kind = 'available'
    where t.generation_id = g.id and t.kind = 'refund'), 0)::bigint as refunded,
  (select jsonb_agg(jsonb_build_object('attempt', c.attempt_id::text, 'currency', c.currency, 'micros', c.micros,
      'rate', c.usd_per_unit::text, 'usd', ceil(c.micros * c.usd_per_unit), 'reported', c.reported) order by c.attempt_id)
    from vendor_costs c join attempts t on t.id = c.attempt_id where t.generation_id = g.id) as bills`;

const reportOf = (row: ReportRow): GenerationReport => ({
  id: row.id,
  project: { id: row.project_id, name: row.project_name },
  keyId: row.key_id,
  livemode: row.livemode,
  dialect: row.dialect,
  model: row.model,
  state: row.state,
  ...(row.error_code !== null && { errorCode: row.error_code }),
  createdAt: row.created,
  ...(row.ended !== null && { endedAt: row.ended }),
  quotedMicros: Number(row.quoted_micros),
  heldMicros: Number(row.held_micros),
  ...(row.settled_micros !== null && { settledMicros: Number(row.settled_micros) }),
  refundedMicros: Number(row.refunded),
  bills: (row.bills ?? []).map(
    ({ attempt, currency, micros, rate, usd, reported }): VendorBill => ({
      attemptId: BigInt(attempt),
      currency,
      micros,
      usdPerUnit: rate,
      usdMicros: usd,
      reported,
    }),
  ),
});

async function list(database: Database, filter: ReportFilter): Promise<Page<GenerationReport>> {
  const { project, livemode, state, model, limit, after } = filter;
  const projectId = project && (await findProject(database, project)).id;
  const rows = await database.query<ReportRow>({
    text: `select ${COLUMNS} from generations g join projects p on p.id = g.project_id
      where ($1::bigint is null or g.project_id = $1) and ($2::boolean is null or g.livemode = $2)
        and ($3::text is null or g.state = $3) and ($4::text is null or g.model = $4) and ($5::bigint is null or g.id < $5)
      order by g.id desc limit $6`,
    values: [projectId ?? null, livemode ?? null, state ?? null, model ?? null, after ?? null, limit + 1],
  });
  return { items: rows.slice(0, limit).map(reportOf), hasMore: rows.length > limit };
}

async function find(on: Queryable, id: bigint): Promise<FullReport> {
  const [row] = await on.query<ReportRow & { planned: PlannedRoute }>({
    text: `select ${COLUMNS}, g.routes -> g.route as planned from generations g join projects p on p.id = g.project_id
      where g.id = $1`,
    values: [id],
  });
  if (!row) throw missing(id);
  const { mode, seconds, resolution, aspectRatio, audio, offPeak } = row.planned.request;
  return {
    ...reportOf(row),
    request: { mode, seconds, resolution, aspect_ratio: aspectRatio ?? null, audio, off_peak: offPeak },
    attempts: await attemptsOf(on, id),
  };
}

const missing = (id: bigint): Refusal => new Refusal('not_found', `There is no generation ${GENERATION_ID.spell(id)}.`);

interface AttemptRow extends Record<string, unknown> {
  id: bigint;
  channel: string;
  provider: string;
  model: string;
  state: string;
  operation: Json;
  usage: Json;
  failure: Failure | null;
  version: bigint;
  assigned: number;
  submitted: number | null;
  ended: number | null;
}

async function attemptsOf(on: Queryable, generationId: bigint): Promise<readonly AttemptReport[]> {
  const rows = await on.query<AttemptRow>({
    text: `select t.id, c.name as channel, c.provider, g.routes -> t.route ->> 'model' as model, t.state, t.operation, t.usage,
        t.failure, t.credential_version as version, extract(epoch from t.assigned_at)::float8 as assigned,
        extract(epoch from t.submitted_at)::float8 as submitted, extract(epoch from t.ended_at)::float8 as ended
      from attempts t join generations g on g.id = t.generation_id join channels c on c.id = t.channel_id
      where t.generation_id = $1 order by t.ordinal`,
    values: [generationId],
  });
  return rows.map(({ failure, assigned, submitted, ended, ...row }) => ({
    ...row,
    ...(failure !== null && { failure }),
    assignedAt: assigned,
    ...(submitted !== null && { submittedAt: submitted }),
    ...(ended !== null && { endedAt: ended }),
  }));
}

async function refund(tx: Queryable, { id, micros, cause }: RefundWish, change: Change): Promise<FullReport> {
  const outcome = await bookRefund(tx, { generationId: id, ...(micros !== undefined && { micros }), cause });
  if (outcome.kind !== 'refunded') throw notRefunded(id, { outcome, micros });
  await audit(tx, change, {
    action: 'generation.refunded',
    subject: GENERATION_ID.spell(id),
    before: { refunded_micros: 0 },
    after: { refunded_micros: outcome.micros, cause },
  });
  return find(tx, id);
}

function notRefunded(
  id: bigint,
  {
    outcome,
    micros = 0,
  }: { readonly outcome: Exclude<RefundOutcome, { kind: 'refunded' }>; readonly micros: number | undefined },
): Refusal {
  const name = GENERATION_ID.spell(id);
  switch (outcome.kind) {
    case 'not_found':
      return missing(id);
    case 'not_completed':
      return new Refusal('conflict', `${name} is not completed: it cost nothing, or has not ended yet.`);
    case 'refunded_before':
      return new Refusal('conflict', `${name} was refunded before; a generation is refunded once.`);
    case 'too_much':
      return new Refusal(
        'conflict',
        `amount_micros is ${micros} (${dollars(micros)}); ${name} cost ${dollars(outcome.leftMicros)}, so at most that can be refunded.`,
        { param: 'amount_micros' },
      );
    default:
      return outcome satisfies never;
  }
}
