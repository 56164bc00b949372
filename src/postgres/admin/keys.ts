import {
  type ApiKey,
  KEY_ID,
  type KeyFilter,
  type KeyKind,
  type KeyLimits,
  type KeyStore,
  type NewKey,
} from '../../application/admin/api-key.ts';
import type { Change, Page } from '../../application/admin/change.ts';
import { PROJECT_ID } from '../../application/admin/project.ts';
import { Refusal } from '../../application/refusal.ts';
import type { Database, Queryable } from '../database.ts';
import { hashOf } from '../keys.ts';
import { audit } from './audit.ts';
import { findProject, lockBooks } from './project-rows.ts';

/** Keys, as operators see and change them. */
export const keyStore = (database: Database): KeyStore => ({
  create: (key, secret, change) => database.transaction((tx) => create(tx, { key, secret, change })),
  find: (id) => findKey(database, id),
  list: (filter) => list(database, filter),
  update: (id, changes, change) => database.transaction((tx) => update(tx, { id, changes, change })),
  revoke: (id, change) => database.transaction((tx) => revoke(tx, id, change)),
});

interface KeyRow extends Record<string, unknown> {
  id: bigint;
  kind: KeyKind;
  project_id: bigint | null;
  project_name: string | null;
  name: string;
  hint: string;
  created: number;
  revoked: number | null;
  models: string[] | null;
  expires: number | null;
  budget_micros: bigint | null;
  daily_budget_micros: bigint | null;
  per_minute: number | null;
  in_flight_limit: number | null;
  sources: string[] | null;
  committed: bigint;
  today: bigint;
  in_flight: number;
}

const SELECT = `select k.id, k.kind, k.project_id, p.name as project_name, k.name, k.hint, k.models, k.budget_micros,
    k.daily_budget_micros, k.per_minute, k.in_flight_limit, k.sources,
    extract(epoch from k.created_at)::float8 as created, extract(epoch from k.revoked_at)::float8 as revoked,
    extract(epoch from k.expires_at)::float8 as expires, u.committed_micros as committed, u.in_flight,
    case when u.day = (now_at() at time zone 'UTC')::date then u.day_micros else 0 end as today
  from api_keys k join key_use u on u.key_id = k.id left join projects p on p.id = k.project_id`;

const numberOf = (value: bigint | null): number | null => (value === null ? null : Number(value));

const keyOf = (row: KeyRow): ApiKey => ({
  id: row.id,
  kind: row.kind,
  ...(row.project_id !== null && { project: { id: row.project_id, name: row.project_name ?? '' } }),
  name: row.name,
  hint: row.hint,
  createdAt: row.created,
  ...(row.revoked !== null && { revokedAt: row.revoked }),
  models: row.models,
  expiresAt: row.expires,
  budgetMicros: numberOf(row.budget_micros),
  dailyBudgetMicros: numberOf(row.daily_budget_micros),
  perMinute: row.per_minute,
  inFlight: row.in_flight_limit,
  sources: row.sources,
  use: { committedMicros: Number(row.committed), todayMicros: Number(row.today), inFlight: row.in_flight },
});

async function findKey(on: Queryable, id: bigint): Promise<ApiKey> {
  const [row] = await on.query<KeyRow>({ text: `${SELECT} where k.id = $1`, values: [id] });
  if (row) return keyOf(row);
  throw new Refusal('not_found', `There is no key ${KEY_ID.spell(id)}.`);
}

async function list(database: Database, { limit, after, project }: KeyFilter): Promise<Page<ApiKey>> {
  const projectId = project && (await findProject(database, project)).id;
  const rows = await database.query<KeyRow>({
    text: `${SELECT} where ($1::bigint is null or k.project_id = $1) and ($2::bigint is null or k.id < $2)
      order by k.id desc limit $3`,
    values: [projectId ?? null, after ?? null, limit + 1],
  });
  return { items: rows.slice(0, limit).map(keyOf), hasMore: rows.length > limit };
}

/** The columns of the limits, from the second parameter on. */
const LIMIT_VALUES = ({
  models,
  expiresAt,
  budgetMicros,
  dailyBudgetMicros,
  perMinute,
  inFlight,
  sources,
}: KeyLimits) => [models, expiresAt, budgetMicros, dailyBudgetMicros, perMinute, inFlight, sources];

async function create(
  tx: Queryable,
  { key, secret, change }: { readonly key: NewKey; readonly secret: string; readonly change: Change },
): Promise<ApiKey> {
  await refusePastExpiry(tx, key.expiresAt);
  const project = key.project && (await openProject(tx, key.project));
  const [row] = await tx.query<{ id: bigint }>({
    text: `insert into api_keys (models, expires_at, budget_micros, daily_budget_micros, per_minute, in_flight_limit, sources,
        project_id, kind, hash, name, hint)
      values ($1, to_timestamp($2::float8), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
    values: [...LIMIT_VALUES(key), project?.id ?? null, key.kind, hashOf(secret), key.name, secret.slice(-4)],
  });
  if (!row) throw new Error('insert answered nothing');
  const made = await findKey(tx, row.id);
  await audit(tx, change, { action: 'key.created', subject: KEY_ID.spell(made.id), after: settingsOf(made) });
  return made;
}

/** Its row is locked, so that nobody closes it before the key is there to be revoked. */
async function openProject(tx: Queryable, ref: NonNullable<NewKey['project']>) {
  const { id } = await findProject(tx, ref);
  await tx.query({ text: 'select 1 from projects where id = $1 for share', values: [id] });
  const project = await findProject(tx, { id });
  if (project.closedAt === undefined) return project;
  throw new Refusal('conflict', `The project ${JSON.stringify(project.name)} is closed; it gets no more keys.`, {
    param: 'project',
  });
}

/** By the one clock. */
async function refusePastExpiry(tx: Queryable, expiresAt: number | null): Promise<void> {
  if (expiresAt === null) return;
  const [row] = await tx.query<{ now: number }>({ text: 'select extract(epoch from now_at())::float8 as now' });
  const now = Math.floor(row?.now ?? 0);
  if (expiresAt > now) return;
  throw new Refusal('invalid_value', `expires_at is ${expiresAt}; it must lie in the future (now is ${now}).`, {
    param: 'expires_at',
  });
}

interface KeyUpdate {
  readonly id: bigint;
  readonly changes: Partial<KeyLimits & { readonly name: string }>;
  readonly change: Change;
}

async function update(tx: Queryable, { id, changes, change }: KeyUpdate): Promise<ApiKey> {
  const before = await lockKey(tx, id);
  if (before.revokedAt !== undefined)
    throw new Refusal('conflict', `${KEY_ID.spell(id)} is revoked and stays as it is; create another key.`);
  if (changes.expiresAt !== undefined) await refusePastExpiry(tx, changes.expiresAt);
  const settings = { ...before, ...changes };
  await tx.query({
    text: `update api_keys set models = $1, expires_at = to_timestamp($2::float8), budget_micros = $3,
      daily_budget_micros = $4, per_minute = $5, in_flight_limit = $6, sources = $7, name = $8 where id = $9`,
    values: [...LIMIT_VALUES(settings), settings.name, id],
  });
  const after = await findKey(tx, id);
  await audit(tx, change, {
    action: 'key.updated',
    subject: KEY_ID.spell(id),
    before: settingsOf(before),
    after: settingsOf(after),
  });
  return after;
}

async function revoke(tx: Queryable, id: bigint, change: Change): Promise<ApiKey> {
  const before = await lockKey(tx, id);
  if (before.revokedAt !== undefined) return before;
  if (before.kind === 'admin') await refuseLastAdmin(tx, id);
  await tx.query({ text: 'update api_keys set revoked_at = now_at() where id = $1', values: [id] });
  const after = await findKey(tx, id);
  await audit(tx, change, {
    action: 'key.revoked',
    subject: KEY_ID.spell(id),
    before: settingsOf(before),
    after: settingsOf(after),
  });
  return after;
}

/** After what admission locks: creates that were accepted are past, and later ones see what is written here. */
async function lockKey(tx: Queryable, id: bigint): Promise<ApiKey> {
  const { project } = await findKey(tx, id);
  if (project) await lockBooks(tx, project.id);
  await tx.query({ text: 'select 1 from api_keys where id = $1 for no key update', values: [id] });
  return findKey(tx, id);
}

async function refuseLastAdmin(tx: Queryable, id: bigint): Promise<void> {
  await tx.query({ text: `select pg_advisory_xact_lock(hashtext('admin keys'))` });
  const others = await tx.query({
    text: `select 1 from api_keys where kind = 'admin' and id <> $1 and revoked_at is null
      and (expires_at is null or expires_at > now_at()) limit 1`,
    values: [id],
  });
  if (others.length > 0) return;
  throw new Refusal('conflict', `${KEY_ID.spell(id)} is the last admin key; create another one first.`);
}

/** As the audit log keeps it. */
const settingsOf = (key: ApiKey): object => ({
  kind: key.kind,
  project: key.project ? PROJECT_ID.spell(key.project.id) : null,
  name: key.name,
  hint: key.hint,
  models: key.models,
  expires_at: key.expiresAt,
  budget_micros: key.budgetMicros,
  daily_budget_micros: key.dailyBudgetMicros,
  per_minute: key.perMinute,
  in_flight: key.inFlight,
  sources: key.sources,
  revoked: key.revokedAt !== undefined,
});
