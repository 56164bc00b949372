import type { Change, Page } from '../../application/admin/change.ts';
import {
  OVERRIDE_ID,
  type Override,
  type OverrideFilter,
  type OverrideStore,
  type OverrideWish,
} from '../../application/admin/override.ts';
import type { OverrideKind } from '../../application/overrides.ts';
import { Refusal } from '../../application/refusal.ts';
import type { Json } from '../../domain/json.ts';
import type { Database, Queryable } from '../database.ts';
import { jsonbText } from '../jsonb.ts';
import { audit } from './audit.ts';

/** What operators set: prices, rates, models. Each from a moment on; what was quoted stays as it was quoted. */
export const overrideStore = (database: Database): OverrideStore => ({
  set: (wish, change) => database.transaction((tx) => set(tx, wish, change)),
  list: (filter) => list(database, filter),
  cancel: (kind, id, change) => database.transaction((tx) => cancel(tx, { kind, id, change })),
});

interface OverrideRow extends Record<string, unknown> {
  id: bigint;
  kind: OverrideKind;
  name: string;
  value: Json;
  effective: number;
  created: number;
  status: Override['status'];
}

/** Of two with one moment the later written counts, as where they are read to be used. */
const SELECT = `select * from (
    select o.id, o.kind, o.name, o.value, extract(epoch from o.effective_at)::float8 as effective,
      extract(epoch from o.created_at)::float8 as created,
      case when o.effective_at > t.now then 'scheduled'
        when o.id = first_value(o.id) over (partition by o.kind, o.name, o.effective_at <= t.now
          order by o.effective_at desc, o.id desc) then 'in_force' else 'replaced' end as status
    from overrides o cross join (select now_at() as now) t) o`;

const overrideOf = (row: OverrideRow): Override => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  value: row.value,
  effectiveAt: row.effective,
  createdAt: row.created,
  status: row.status,
});

async function list(database: Database, { kind, isHistory, limit, after }: OverrideFilter): Promise<Page<Override>> {
  const rows = await database.query<OverrideRow>({
    text: `${SELECT} where o.kind = $1 and ($2 or o.status <> 'replaced') and ($3::bigint is null or o.id < $3)
      order by o.id desc limit $4`,
    values: [kind, isHistory, after ?? null, limit + 1],
  });
  return { items: rows.slice(0, limit).map(overrideOf), hasMore: rows.length > limit };
}

const subjectOf = ({ kind, name }: Pick<Override, 'kind' | 'name'>): string => `${kind} ${name}`;

async function set(tx: Queryable, wish: OverrideWish, change: Change): Promise<Override> {
  const { kind, name, value, effectiveAt } = wish;
  await refusePast(tx, effectiveAt);
  const [before] = await tx.query<OverrideRow>({
    text: `${SELECT} where o.kind = $1 and o.name = $2 and o.status = 'in_force'`,
    values: [kind, name],
  });
  const [row] = await tx.query<{ id: bigint }>({
    text: `insert into overrides (kind, name, value, effective_at)
      values ($1, $2, $3, coalesce(to_timestamp($4::float8), now_at())) returning id`,
    values: [kind, name, value === null ? null : jsonbText(value), effectiveAt ?? null],
  });
  const [made] = await tx.query<OverrideRow>({ text: `${SELECT} where o.id = $1`, values: [row?.id] });
  if (!made) throw new Error('an override that was just written is not there');
  await audit(tx, change, {
    action: `${kind}.set`,
    subject: subjectOf(wish),
    ...(before && { before: { value: before.value } }),
    after: { value, effective_at: Math.floor(made.effective) },
  });
  return overrideOf(made);
}

/** By the one clock. */
async function refusePast(tx: Queryable, effectiveAt: number | undefined): Promise<void> {
  if (effectiveAt === undefined) return;
  const [row] = await tx.query<{ now: number }>({ text: 'select extract(epoch from now_at())::float8 as now' });
  const now = Math.floor(row?.now ?? 0);
  if (effectiveAt >= now) return;
  throw new Refusal(
    'invalid_value',
    `effective_at is ${effectiveAt}; it must not lie in the past (now is ${now}): what was quoted stays as it was quoted.`,
    { param: 'effective_at' },
  );
}

async function cancel(
  tx: Queryable,
  { kind, id, change }: { readonly kind: OverrideKind; readonly id: bigint; readonly change: Change },
): Promise<Override> {
  await tx.query({ text: 'select 1 from overrides where id = $1 for update', values: [id] });
  const [row] = await tx.query<OverrideRow>({
    text: `${SELECT} where o.id = $1 and o.kind = $2`,
    values: [id, kind],
  });
  if (!row) throw new Refusal('not_found', `There is no ${kind} ${OVERRIDE_ID.spell(id)}.`);
  const found = overrideOf(row);
  if (found.status !== 'scheduled')
    throw new Refusal(
      'conflict',
      `${OVERRIDE_ID.spell(id)} has come into force and stays in the history; set ${found.name} anew, with the value null for what is shipped.`,
    );
  await tx.query({ text: 'delete from overrides where id = $1', values: [id] });
  await audit(tx, change, {
    action: `${kind}.cancelled`,
    subject: subjectOf(found),
    before: { value: found.value, effective_at: Math.floor(found.effectiveAt) },
  });
  return found;
}
