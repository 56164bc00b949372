import { FAILURES, type FailureCode } from '../domain/failure.ts';
import type { Generation, GenerationState, Output, PlannedRoute } from '../domain/generation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { microUsd } from '../domain/money.ts';
import type { OutputRole } from '../domain/provider.ts';
import type { Warning } from '../domain/request.ts';

interface OutputRow {
  role: OutputRole;
  storage_key: string;
  media_type: string;
  bytes: number;
  sha256: string;
  facts: JsonObject;
}

export interface GenerationRow extends Record<string, unknown> {
  id: bigint;
  project_id: bigint;
  key_id: bigint;
  livemode: boolean;
  dialect: string;
  model: string;
  metadata: Json | null;
  memory: JsonObject | null;
  warnings: Warning[];
  routes: PlannedRoute[];
  route: number;
  state: GenerationState;
  progress: number;
  delayed: boolean;
  cancel_requested: boolean;
  vendor_state: string | null;
  error_code: FailureCode | null;
  quoted_micros: bigint;
  held_micros: bigint;
  settled_micros: bigint | null;
  created: number;
  ended: number | null;
  elapsed: number;
  outputs: OutputRow[] | null;
}

/** What lists and single reads have in common; `g` is the generation. */
const COLUMNS = `g.id, g.project_id, g.key_id, g.livemode, g.dialect, g.model, g.metadata, g.warnings, g.routes, g.route,
  g.state, g.progress, g.delayed, g.cancel_requested, g.vendor_state, g.error_code, g.quoted_micros, g.held_micros, g.settled_micros,
  extract(epoch from g.created_at)::float8 as created, extract(epoch from g.ended_at)::float8 as ended,
  extract(epoch from coalesce(g.ended_at, now_at()) - g.created_at)::float8 as elapsed,
  (select jsonb_agg(to_jsonb(o)) from outputs o where o.generation_id = g.id) as outputs`;

/** What a read of one generation selects. */
export const GENERATION_COLUMNS = `${COLUMNS}, g.memory`;
/** A payload may have a megabyte: a hundred of them are not read for a list that does not show them. */
export const LISTED_COLUMNS = `${COLUMNS}, g.memory - 'payload' as memory`;

export function generationOf(row: GenerationRow): Generation {
  const route = row.routes[row.route];
  if (!route) throw new Error(`generation ${row.id} has no route ${row.route}`);
  return {
    id: row.id,
    projectId: row.project_id,
    keyId: row.key_id,
    livemode: row.livemode,
    dialect: row.dialect,
    model: row.model,
    request: route.request,
    route: {
      provider: route.provider,
      cost: route.cost,
      ...(route.basis && { basis: route.basis }),
      holdMicros: route.holdMicros,
    },
    ...(row.metadata !== null && { metadata: row.metadata }),
    ...(row.memory !== null && { memory: row.memory }),
    warnings: row.warnings,
    state: row.state,
    progress: row.progress,
    delayed: row.delayed,
    cancelRequested: row.cancel_requested,
    ...(row.vendor_state !== null && { vendorState: row.vendor_state }),
    ...(row.error_code !== null && { error: { code: row.error_code, message: FAILURES[row.error_code].message } }),
    quotedMicros: microUsd(Number(row.quoted_micros)),
    heldMicros: microUsd(Number(row.held_micros)),
    ...(row.settled_micros !== null && { settledMicros: microUsd(Number(row.settled_micros)) }),
    createdAt: row.created,
    ...(row.ended !== null && { endedAt: row.ended }),
    elapsedSeconds: Math.max(0, row.elapsed),
    outputs: (row.outputs ?? []).map(outputOf),
  };
}

const outputOf = (row: OutputRow): Output => ({
  role: row.role,
  storageKey: row.storage_key,
  mediaType: row.media_type,
  bytes: row.bytes,
  sha256: row.sha256,
  facts: row.facts,
});
