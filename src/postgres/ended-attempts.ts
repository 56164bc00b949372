import type { EndedAttempt } from '../application/reconcile-channel.ts';
import type { PlannedRoute } from '../domain/generation.ts';
import type { Json } from '../domain/json.ts';
import type { Currency } from '../domain/money.ts';
import type { Usage } from '../domain/provider.ts';
import { tagOf } from './attempts/read.ts';
import { type ChannelRow, channelAccess } from './channels.ts';
import type { Database } from './database.ts';
import type { Installation } from './installation.ts';

interface EndedRow extends ChannelRow {
  attempt_id: bigint;
  generation_id: bigint;
  state: EndedAttempt['state'];
  failure_code: string | null;
  operation: Json | null;
  planned: PlannedRoute;
  submitted: number;
  quoted_micros: bigint;
  settled_micros: bigint;
  currency: Currency | null;
  micros: bigint | null;
  reported: Usage | null;
}

/** The channel of this name: the live one, where a sandbox one is called the same. */
export async function findChannel(database: Database, name: string): Promise<bigint | undefined> {
  const [row] = await database.query<{ id: bigint }>({
    text: 'select id from channels where name = $1 order by livemode desc limit 1',
    values: [name],
  });
  return row?.id;
}

/** Names of all channels, open or drained. */
export async function channelNames(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>({ text: 'select distinct name from channels order by name' });
  return rows.map(({ name }) => name);
}

/** Attempts that a vendor had, or may have had, and that have ended, of the last days; oldest first. */
export async function endedAttempts(
  database: Database,
  installation: Installation,
  page: { readonly channelId: bigint; readonly days: number; readonly after: bigint; readonly limit: number },
): Promise<readonly EndedAttempt[]> {
  const rows = await database.query<EndedRow>({
    name: 'ended_attempts',
    text: `select a.id as attempt_id, a.generation_id, a.state, a.failure ->> 'code' as failure_code, a.operation,
        g.routes -> a.route as planned, extract(epoch from a.submitted_at)::float8 as submitted, g.quoted_micros,
        case when a.state = 'succeeded' then coalesce(g.settled_micros, 0) else 0 end as settled_micros,
        vc.currency, vc.micros, vc.reported, c.id as channel_id, c.name as channel_name, c.provider, c.livemode,
        v.origins, v.settings, v.version as credential_version, v.sealed
      from attempts a join generations g on g.id = a.generation_id join channels c on c.id = a.channel_id
      join credentials v on v.version = a.credential_version left join vendor_costs vc on vc.attempt_id = a.id
      where a.channel_id = $1 and a.id > $2 and a.submitted_at > now_at() - make_interval(days => $3)
        and a.state in ('succeeded', 'failed') and (a.operation is not null or a.failure ->> 'code' = 'submission_unconfirmed')
      order by a.id limit $4`,
    values: [page.channelId, page.after, page.days, page.limit],
  });
  return rows.map((row) => endedOf(row, installation));
}

const endedOf = (row: EndedRow, installation: Installation): EndedAttempt => ({
  attemptId: row.attempt_id,
  generationId: row.generation_id,
  state: row.state,
  ...(row.failure_code !== null && { failureCode: row.failure_code }),
  ...(row.operation !== null && { operation: row.operation }),
  tag: tagOf(installation, row.attempt_id),
  submittedAt: row.submitted,
  route: row.planned,
  channel: channelAccess(row, installation.vault),
  quotedMicros: Number(row.quoted_micros),
  settledMicros: Number(row.settled_micros),
  ...(row.currency !== null && {
    recorded: {
      cost: { currency: row.currency, micros: Number(row.micros) },
      ...(row.reported !== null && { reported: row.reported }),
    },
  }),
});
