import type { Database } from './database.ts';

/** Figures for /metrics: what waits, what runs, how late the engine is, the oldest transaction. Seconds and counts. */
export async function engineFigures(database: Database): Promise<Readonly<Record<string, number>>> {
  const [row] = await database.query<Record<string, number | null>>({
    name: 'figures',
    text: `select
      (select count(*) from queue)::float8 as onereel_generations_waiting,
      (select count(*) from slots)::float8 as onereel_attempts_open,
      (select count(*) from attempts where state = 'unconfirmed')::float8 as onereel_attempts_unconfirmed,
      (select greatest(0, extract(epoch from now_at() - min(run_at))) from due)::float8 as onereel_due_overdue_seconds,
      (select extract(epoch from clock_timestamp() - min(xact_start)) from pg_stat_activity where datname = current_database())::float8
        as onereel_oldest_transaction_seconds`,
  });
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, value ?? 0]));
}
