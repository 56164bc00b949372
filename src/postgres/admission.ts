import { DatabaseAway } from '../application/database-away.ts';
import type { CreateOutcome, NewGeneration } from '../application/ports.ts';
import type { Generation } from '../domain/generation.ts';
import type { Database } from './database.ts';
import { generationOf } from './generation-row.ts';
import { grouped } from './grouped.ts';
import type { Vault } from './installation.ts';

/** Told once for each group of accepted generations, with the id of one of them, when its transaction commits. */
export const WORK_CHANNEL = 'onereel_work';

const MOST_IN_GROUP = 200;
const LANES = 2;

/** What became of a create: accepted, refused, or its Idempotency-Key is another's. */
export type Admission = Exclude<CreateOutcome, { kind: 'replayed' | 'mismatch' }> | { readonly kind: 'taken' };

interface AdmitRow extends Record<string, unknown> {
  ordinal: number;
  outcome: string;
  created: number | null;
  detail: Record<string, number> | null;
}

/** Admits creates in groups: one statement decides about all that wait, and writes those that are accepted. */
export function admissionOf(database: Database, vault: Vault): (generation: NewGeneration) => Promise<Admission> {
  return grouped<NewGeneration, Admission>({
    run: (group) => admit(database, vault, group),
    most: MOST_IN_GROUP,
    lanes: LANES,
    isFinal: (error) => error instanceof DatabaseAway,
  });
}

async function admit(database: Database, vault: Vault, group: readonly NewGeneration[]): Promise<readonly Admission[]> {
  const first = withoutTwins(group);
  const items = first.map((generation, ordinal) => itemOf(generation, { vault, ordinal }));
  const rows = await database.query<AdmitRow>({
    name: 'admit',
    text: 'select * from admit($1)',
    values: [`[${items.join(',')}]`],
  });
  const byId = new Map(rows.map((row) => [first[row.ordinal]?.id, row]));
  return group.map((generation): Admission => {
    const row = byId.get(generation.id);
    // Of twins in one group the first was asked about; the others read what it got.
    return row ? admissionOfRow(generation, row) : { kind: 'taken' };
  });
}

/** Of those with one Idempotency-Key the first. */
function withoutTwins(group: readonly NewGeneration[]): readonly NewGeneration[] {
  const seen = new Set<string>();
  return group.filter(({ caller, idempotency }) => {
    if (!idempotency) return true;
    const name = `${caller.projectId} ${caller.livemode} ${idempotency.key}`;
    return !seen.has(name) && seen.add(name);
  });
}

function itemOf(generation: NewGeneration, { vault, ordinal }: { vault: Vault; ordinal: number }): string {
  const [route] = generation.routes;
  if (!route) throw new Error('a generation without a route cannot be accepted');
  const { caller, idempotency, callback } = generation;
  const url = callback && new URL(callback.url.trim());
  return JSON.stringify({
    ordinal,
    id: String(generation.id),
    project_id: String(caller.projectId),
    key_id: String(caller.keyId),
    livemode: caller.livemode,
    dialect: generation.dialect,
    model: generation.model,
    metadata: generation.metadata,
    memory: generation.memory,
    warnings: generation.warnings,
    routes: generation.routes,
    quoted_micros: generation.quotedMicros,
    held_micros: generation.heldMicros,
    provider: route.provider,
    input_ids: generation.inputIds.map(String),
    idempotency_key: idempotency?.key,
    request_hash: idempotency?.requestHash,
    unanswered: generation.unanswered,
    ...(callback &&
      url && {
        callback: {
          url: url.href,
          host: url.host,
          base: callback.base,
          sealed_key: vault.seal(Buffer.from(callback.secret)).toString('base64'),
        },
      }),
  });
}

function admissionOfRow(generation: NewGeneration, { outcome, created, detail }: AdmitRow): Admission {
  if (outcome === 'taken') return { kind: 'taken' };
  if (outcome === 'accepted') return { kind: 'created', generation: asCreated(generation, created ?? 0) };
  const { left = 0, limit = 0, seconds = 0 } = detail ?? {};
  switch (outcome) {
    case 'revoked':
    case 'expired':
      return { kind: 'refused', reason: outcome };
    case 'balance':
      return { kind: 'refused', reason: outcome, leftMicros: left };
    case 'budget':
    case 'daily_budget':
      return { kind: 'refused', reason: outcome, leftMicros: left, limitMicros: limit, seconds };
    case 'in_flight':
    case 'rate':
      return { kind: 'refused', reason: outcome, limit, seconds };
    default:
      throw new Error(`admission answered ${outcome}`);
  }
}

/** What was just written, without reading it back. */
const asCreated = (generation: NewGeneration, created: number): Generation =>
  generationOf({
    id: generation.id,
    project_id: generation.caller.projectId,
    key_id: generation.caller.keyId,
    livemode: generation.caller.livemode,
    dialect: generation.dialect,
    model: generation.model,
    metadata: generation.metadata ?? null,
    memory: generation.memory ?? null,
    warnings: [...generation.warnings],
    routes: [...generation.routes],
    route: 0,
    state: 'queued',
    progress: 0,
    delayed: false,
    cancel_requested: false,
    vendor_state: null,
    error_code: null,
    quoted_micros: BigInt(generation.quotedMicros),
    held_micros: BigInt(generation.heldMicros),
    settled_micros: null,
    created,
    ended: null,
    elapsed: 0,
    outputs: null,
  });
