import pg from 'pg';
import type { CreateOutcome, GenerationStore, ListFilter, NewGeneration, Scope } from '../application/ports.ts';
import type { Generation } from '../domain/generation.ts';
import { keepCallback } from './callbacks.ts';
import type { Database, Queryable } from './database.ts';
import { GENERATION_COLUMNS, type GenerationRow, generationOf, LISTED_COLUMNS } from './generation-row.ts';
import type { Vault } from './installation.ts';
import { bookHold } from './ledger.ts';

/** Told once for each accepted generation, with its id alone, when its transaction commits. */
export const WORK_CHANNEL = 'onereel_work';

/** Accepted keys are replayed for this long. */
const REPLAY_HOURS = 24;

export function generationStore(database: Database, vault: Vault): GenerationStore {
  return {
    nextId: async () => {
      const [row] = await database.query<{ id: bigint }>({ name: 'next_id', text: 'select next_id() as id' });
      if (!row) throw new Error('next_id answered nothing');
      return row.id;
    },
    create: (generation) => createOrReplay(database, vault, generation),
    replay: (caller, idempotency) => replay(database, caller, idempotency),
    find: (scope, id) => find(database, { scope, id }),
    findById: (id) => find(database, { id }),
    list: (scope, filter) => list(database, { scope, filter }),
  };
}

/** Of two at once with one Idempotency-Key the second writes nothing, and answers what the first got. */
async function createOrReplay(database: Database, vault: Vault, generation: NewGeneration): Promise<CreateOutcome> {
  try {
    return await database.transaction((tx) => create(tx, vault, generation));
  } catch (error) {
    const written = isIdTaken(error) ? await find(database, { id: generation.id }) : undefined;
    if (written) return { kind: 'created', generation: written };
    if (!(error instanceof TwinAccepted) || !generation.idempotency) throw error;
    // Nothing to replay: the key ran out between the two statements, so it can be taken now.
    return (
      (await replay(database, generation.caller, generation.idempotency)) ?? createOrReplay(database, vault, generation)
    );
  }
}

const UNIQUE_VIOLATION = '23505';

/** An earlier write of the same generation was committed after all; a write under way is waited for by the index. */
const isIdTaken = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION && error.constraint === 'generations_pkey';

async function create(tx: Queryable, vault: Vault, generation: NewGeneration): Promise<CreateOutcome> {
  await insertGeneration(tx, generation);
  const { id: generationId, callback } = generation;
  if (callback) await keepCallback(tx, vault, { generationId, callback });
  if (generation.idempotency && !(await takeKey(tx, generation, generation.idempotency))) throw new TwinAccepted();
  await bookHold(tx, {
    projectId: generation.caller.projectId,
    generationId: generation.id,
    livemode: generation.caller.livemode,
    heldMicros: generation.heldMicros,
  });
  const created = await find(tx, { id: generation.id });
  if (!created) throw new Error(`generation ${generation.id} vanished inside its own transaction`);
  return { kind: 'created', generation: created };
}

/** The same Idempotency-Key was accepted by another request: undoes what this transaction did. */
class TwinAccepted extends Error {}

async function insertGeneration(tx: Queryable, generation: NewGeneration): Promise<void> {
  const first = generation.routes[0];
  if (!first) throw new Error('a generation without a route cannot be accepted');
  await tx.query({
    name: 'insert_generation',
    text: `with g as (
        insert into generations (id, project_id, key_id, livemode, dialect, model, metadata, warnings, routes,
          quoted_micros, held_micros, memory, event_number, epoch)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $14, 1, (select epoch from installation))
        returning id, project_id, livemode
      ), e as (
        insert into events (generation_id, number, type) select id, 1, 'generation.queued' from g
      ), i as (
        insert into generation_inputs (generation_id, input_id) select g.id, unnest($13::bigint[]) from g
      )
      insert into queue (generation_id, provider, livemode, project_id) select id, $12, livemode, project_id from g
      returning pg_notify('${WORK_CHANNEL}', generation_id::text)`,
    values: [
      generation.id,
      generation.caller.projectId,
      generation.caller.keyId,
      generation.caller.livemode,
      generation.dialect,
      generation.model,
      generation.metadata === undefined ? null : JSON.stringify(generation.metadata),
      JSON.stringify(generation.warnings),
      JSON.stringify(generation.routes),
      generation.quotedMicros,
      generation.heldMicros,
      first.provider,
      generation.inputIds,
      generation.memory === undefined ? null : JSON.stringify(generation.memory),
    ],
  });
}

/** The key is the row: of two at once, one waits here for the other's commit and then sees that it is taken. */
async function takeKey(
  tx: Queryable,
  { id, caller }: NewGeneration,
  { key, requestHash }: { key: string; requestHash: string },
): Promise<boolean> {
  const taken = await tx.query({
    name: 'take_idempotency_key',
    text: `insert into idempotency_keys as k (project_id, livemode, key, request_hash, generation_id) values ($1, $2, $3, $4, $5)
      on conflict (project_id, livemode, key) do update
        set request_hash = excluded.request_hash, generation_id = excluded.generation_id, created_at = now_at()
        where k.created_at < now_at() - make_interval(hours => $6)
      returning key`,
    values: [caller.projectId, caller.livemode, key, requestHash, id, REPLAY_HOURS],
  });
  return taken.length === 1;
}

async function replay(
  on: Queryable,
  { projectId, livemode }: Scope,
  { key, requestHash }: { key: string; requestHash: string },
): Promise<CreateOutcome | undefined> {
  const [row] = await on.query<{ request_hash: string; generation_id: bigint }>({
    name: 'replay',
    text: `select request_hash, generation_id from idempotency_keys where project_id = $1 and livemode = $2 and key = $3
      and created_at >= now_at() - make_interval(hours => $4)`,
    values: [projectId, livemode, key, REPLAY_HOURS],
  });
  if (!row) return undefined;
  if (row.request_hash !== requestHash) return { kind: 'mismatch' };
  const generation = await find(on, { id: row.generation_id });
  return generation && { kind: 'replayed', generation };
}

async function find(
  on: Queryable,
  { scope, id }: { readonly scope?: Scope; readonly id: bigint },
): Promise<Generation | undefined> {
  const [row] = await on.query<GenerationRow>(
    scope
      ? {
          name: 'find_generation',
          text: `select ${GENERATION_COLUMNS} from generations g where g.id = $1 and g.project_id = $2 and g.livemode = $3`,
          values: [id, scope.projectId, scope.livemode],
        }
      : {
          name: 'find_generation_by_id',
          text: `select ${GENERATION_COLUMNS} from generations g where g.id = $1`,
          values: [id],
        },
  );
  return row && generationOf(row);
}

async function list(
  on: Queryable,
  { scope, filter }: { readonly scope: Scope; readonly filter: ListFilter },
): Promise<{ generations: readonly Generation[]; hasMore: boolean }> {
  const rows = await on.query<GenerationRow>({
    name: 'list_generations',
    text: `select ${LISTED_COLUMNS} from generations g
      where g.project_id = $1 and g.livemode = $2
        and ($3::bigint is null or g.id < $3)
        and ($4::text[] is null or g.state = any($4))
        and ($5::text is null or g.model = $5)
        and ($6::float8 is null or g.created_at > to_timestamp($6))
        and ($7::float8 is null or g.created_at < to_timestamp($7))
        and ($9::text[] is null or g.model = any($9))
        and ($10::bigint[] is null or g.id = any($10))
        and ($11::text[] is null or g.routes -> g.route -> 'request' ->> 'resolution' = any($11))
        and ($12::boolean is null or g.state <> 'queued' or (g.vendor_state is not null) = $12)
      order by g.id desc limit $8 offset $13`,
    values: [
      scope.projectId,
      scope.livemode,
      filter.after ?? null,
      filter.state ?? null,
      filter.model ?? null,
      filter.createdAfter ?? null,
      filter.createdBefore ?? null,
      filter.limit + 1,
      filter.models ?? null,
      filter.ids ?? null,
      filter.resolutions ?? null,
      filter.isAtVendor ?? null,
      filter.offset ?? 0,
    ],
  });
  return { generations: rows.slice(0, filter.limit).map(generationOf), hasMore: rows.length > filter.limit };
}
