import pg from 'pg';
import type {
  Caller,
  CreateOutcome,
  GenerationStore,
  ListFilter,
  NewGeneration,
  NotAdmitted,
  Scope,
} from '../application/ports.ts';
import type { Generation } from '../domain/generation.ts';
import { type Admission, admissionOf } from './admission.ts';
import type { Database, Queryable } from './database.ts';
import { GENERATION_COLUMNS, type GenerationRow, generationOf, LISTED_COLUMNS } from './generation-row.ts';
import { grouped } from './grouped.ts';
import type { Vault } from './installation.ts';

/** Accepted keys are replayed for this long. */
const REPLAY_HOURS = 24;

type Admit = (generation: NewGeneration) => Promise<Admission>;

export function generationStore(database: Database, vault: Vault): GenerationStore {
  const admit = admissionOf(database, vault);
  const nextId = grouped<undefined, bigint>({
    run: (items) => nextIds(database, items.length),
    most: 1000,
    lanes: 1,
    isFinal: () => true,
  });
  const forget = grouped<bigint, true>({
    run: (ids) => forgetUnanswered(database, ids),
    most: 1000,
    lanes: 1,
    isFinal: () => true,
  });
  // Whatever stays is forgotten after ten minutes.
  const answered = (id: bigint): void => void forget(id).catch(() => undefined);
  return {
    nextId: () => nextId(undefined),
    create: (generation) => createOrReplay(database, admit, generation),
    replay: (caller, idempotency) => replay(database, caller, idempotency),
    takeUnanswered: (caller, repetition) => takeUnanswered(database, caller, repetition),
    answered,
    find: (scope, id) => find(database, { scope, id }),
    findById: (id) => find(database, { id }),
    list: (scope, filter) => list(database, { scope, filter }),
  };
}

async function nextIds(database: Database, count: number): Promise<readonly bigint[]> {
  const rows = await database.query<{ id: bigint }>({
    name: 'next_ids',
    text: 'select next_id() as id from generate_series(1, $1)',
    values: [count],
  });
  return rows.map(({ id }) => id);
}

/** Of two at once with one Idempotency-Key the second writes nothing, and answers what the first got. */
async function createOrReplay(database: Database, admit: Admit, generation: NewGeneration): Promise<CreateOutcome> {
  try {
    const admission = await admit(generation);
    if (admission.kind !== 'taken') return admission;
  } catch (error) {
    const written = isIdTaken(error) ? await find(database, { id: generation.id }) : undefined;
    if (written) return { kind: 'created', generation: written };
    throw error;
  }
  const { caller, idempotency } = generation;
  const earlier = idempotency && (await replay(database, caller, idempotency));
  // Nothing to replay: whoever had the key was refused, or the key ran out. It can be taken now.
  if (!earlier) return createOrReplay(database, admit, generation);
  const isOwn = earlier.kind === 'replayed' && earlier.generation.id === generation.id;
  return isOwn ? { ...earlier, kind: 'created' } : earlier;
}

const UNIQUE_VIOLATION = '23505';

/** An earlier write of the same generation was committed after all; a write under way is waited for by the index. */
const isIdTaken = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION && error.constraint === 'generations_pkey';

async function replay(
  on: Queryable,
  { projectId, livemode }: Scope,
  { key, requestHash }: { key: string; requestHash: string },
): Promise<Exclude<CreateOutcome, NotAdmitted> | undefined> {
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

const UNANSWERED_MINUTES = 10;

async function takeUnanswered(
  database: Database,
  { keyId }: Caller,
  { requestHash, retries }: { readonly requestHash: string; readonly retries: number },
): Promise<Generation | undefined> {
  const [row] = await database.query<{ generation_id: bigint }>({
    name: 'take_unanswered',
    text: `update unanswered_creates set retries = $4 where generation_id = (
        select generation_id from unanswered_creates where key_id = $1 and request_hash = $2 and retries < $4
          and created_at >= now_at() - make_interval(mins => $3)
        order by retries desc, generation_id desc limit 1 for update skip locked)
      returning generation_id`,
    values: [keyId, requestHash, UNANSWERED_MINUTES, retries],
  });
  return row && find(database, { id: row.generation_id });
}

async function forgetUnanswered(database: Database, ids: readonly bigint[]): Promise<readonly true[]> {
  await database.query({
    name: 'forget_unanswered',
    text: `delete from unanswered_creates where generation_id = any($1)
      or created_at < now_at() - make_interval(mins => $2)`,
    values: [ids, UNANSWERED_MINUTES],
  });
  return ids.map(() => true);
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
