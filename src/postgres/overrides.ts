import type { OverrideKind } from '../application/overrides.ts';
import type { OverrideEntry } from '../application/overrides-in-force.ts';
import type { Json } from '../domain/json.ts';
import type { Database } from './database.ts';

interface SetRow extends Record<string, unknown> {
  kind: OverrideKind;
  name: string;
  value: Json;
  since: number;
}

/** What the admin API set and is in force by now, the latest of each name; and what time it is by the one clock. */
export async function readOverrides(
  database: Database,
): Promise<{ readonly entries: readonly OverrideEntry[]; readonly nowUnixSeconds: number }> {
  const [row] = await database.query<{ now: number; entries: SetRow[] }>({
    name: 'overrides',
    text: `select extract(epoch from now_at())::float8 as now, coalesce((select jsonb_agg(to_jsonb(s)) from (
        select distinct on (kind, name) kind, name, value, extract(epoch from effective_at)::float8 as since
        from overrides where effective_at <= now_at() order by kind, name, effective_at desc, id desc) s), '[]') as entries`,
  });
  if (!row) throw new Error('the database did not tell the time');
  return {
    nowUnixSeconds: row.now,
    entries: row.entries.map(({ kind, name, value, since }) => ({ kind, name, value: value ?? null, from: since })),
  };
}
