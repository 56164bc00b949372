import type { AttemptFile, Claim } from '../../application/ports.ts';
import type { AttemptState, Evidence } from '../../domain/attempt.ts';
import type { PlannedRoute } from '../../domain/generation.ts';
import type { Json } from '../../domain/json.ts';
import type { OutputSource, Usage } from '../../domain/provider.ts';
import { type ChannelRow, channelAccess } from '../channels.ts';
import type { Database } from '../database.ts';
import type { Installation } from '../installation.ts';

interface FileRow extends ChannelRow {
  attempt_id: bigint;
  generation_id: bigint;
  project_id: bigint;
  state: AttemptState;
  operation: Json | null;
  progress: number;
  looks: number;
  unanswered: number;
  collect_failures: number;
  cancel_accepted: boolean;
  cancel_requested: boolean;
  attempt_outputs: OutputSource[];
  usage: Usage | null;
  planned: PlannedRoute;
  submitted_ago: number;
  submitted: number;
  now: number;
  generation_age: number;
  evidence: { number: number; evidence: Evidence }[] | null;
}

const TEXT = `select a.id as attempt_id, a.generation_id, g.project_id, a.state, a.operation, a.progress, a.looks, a.unanswered,
    a.collect_failures, a.cancel_accepted, g.cancel_requested, a.outputs as attempt_outputs, a.usage, g.routes -> a.route as planned,
    extract(epoch from t.now - coalesce(a.submitted_at, t.now))::float8 as submitted_ago,
    extract(epoch from coalesce(a.submitted_at, t.now))::float8 as submitted,
    extract(epoch from t.now)::float8 as now, extract(epoch from t.now - g.created_at)::float8 as generation_age,
    c.id as channel_id, c.name as channel_name, c.provider, c.livemode, v.origins, v.settings,
    v.version as credential_version, v.sealed,
    (select jsonb_agg(jsonb_build_object('number', o.number, 'evidence', o.evidence) order by o.number)
      from observations o where o.attempt_id = a.id and o.number > a.absorbed) as evidence
  from due d
  join attempts a on a.id = d.attempt_id
  join generations g on g.id = a.generation_id
  join channels c on c.id = a.channel_id
  join credentials v on v.version = a.credential_version
  cross join (select now_at() as now) t
  where d.attempt_id = $1 and d.claim = $2`;

/** What the vendor echoes, to find our own work again: installation and attempt, at most 64 characters. */
export const tagOf = (installation: Installation, attemptId: bigint): string =>
  `onereel-${installation.id.slice(0, 8)}-${attemptId}`;

/** Everything about a claimed attempt; undefined when the claim is no longer ours. */
export async function readAttempt(
  database: Database,
  installation: Installation,
  claim: Claim,
): Promise<AttemptFile | undefined> {
  const [row] = await database.query<FileRow>({
    name: 'read_attempt',
    text: TEXT,
    values: [claim.attemptId, claim.number],
  });
  if (!row) return undefined;
  return {
    attempt: {
      id: row.attempt_id,
      generationId: row.generation_id,
      state: row.state,
      ...(row.operation !== null && { operation: row.operation }),
      progress: row.progress,
      looks: row.looks,
      unanswered: row.unanswered,
      outputs: row.attempt_outputs,
      ...(row.usage !== null && { usage: row.usage }),
      cancelAccepted: row.cancel_accepted,
    },
    route: row.planned,
    channel: channelAccess(row, installation.vault),
    tag: tagOf(installation, row.attempt_id),
    projectId: row.project_id,
    evidence: (row.evidence ?? []).map(({ number, evidence }) => ({ number: BigInt(number), evidence })),
    submittedSecondsAgo: row.submitted_ago,
    submittedAt: row.submitted,
    now: row.now,
    generationSecondsOld: row.generation_age,
    collectFailures: row.collect_failures,
    cancelRequested: row.cancel_requested,
  };
}
