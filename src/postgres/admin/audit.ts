import type { AuditEntry, AuditLog } from '../../application/admin/audit.ts';
import type { Change } from '../../application/admin/change.ts';
import type { Json } from '../../domain/json.ts';
import type { Database, Queryable } from '../database.ts';

interface Audited {
  readonly action: string;
  readonly subject: string;
  /** Absent: it was not there. */
  readonly before?: object;
  readonly after?: object;
}

/** Writes down a change, in the change's own transaction. */
export async function audit(tx: Queryable, { actor, requestId }: Change, change: Audited): Promise<void> {
  const { action, subject, before, after } = change;
  await tx.query({
    name: 'audit',
    text: 'insert into audit_log (actor, action, subject, before, after, request_id) values ($1, $2, $3, $4, $5, $6)',
    values: [actor, action, subject, jsonOf(before), jsonOf(after), requestId],
  });
}

const jsonOf = (value: object | undefined): string | null => (value === undefined ? null : JSON.stringify(value));

interface AuditRow extends Record<string, unknown> {
  number: bigint;
  at: number;
  actor: string;
  action: string;
  subject: string;
  before: Json;
  after: Json;
  request_id: string | null;
}

/** The log, newest first. */
export const auditLog = (database: Database): AuditLog => ({
  list: async ({ limit, after, subject, action, actor }) => {
    const rows = await database.query<AuditRow>({
      text: `select number, extract(epoch from at)::float8 as at, actor, action, subject, before, after, request_id
        from audit_log where ($1::bigint is null or number < $1) and ($2::text is null or subject = $2)
          and ($3::text is null or action = $3) and ($4::text is null or actor = $4)
        order by number desc limit $5`,
      values: [after ?? null, subject ?? null, action ?? null, actor ?? null, limit + 1],
    });
    return { items: rows.slice(0, limit).map(entryOf), hasMore: rows.length > limit };
  },
});

const entryOf = ({ request_id, ...row }: AuditRow): AuditEntry => ({ ...row, requestId: request_id });
