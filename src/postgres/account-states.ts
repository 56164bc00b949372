import type { AccountState, AccountStates } from '../application/account-state.ts';
import type { Queryable } from './database.ts';

interface AccountStateRow extends Record<string, unknown> {
  created: number;
  available: bigint | null;
  running: number;
  queued: number;
  concurrency: number;
}

/** Reads what a project has and does, in one statement. */
export const accountStates = (database: Queryable): AccountStates => ({
  find: async ({ projectId, livemode }, providers): Promise<AccountState> => {
    const [row] = await database.query<AccountStateRow>({
      name: 'account_state',
      text: `select extract(epoch from p.created_at)::float8 as created,
          (select a.balance_micros - a.floor_micros from accounts a
            where a.project_id = p.id and a.livemode = $2 and a.kind = 'available') as available,
          (select count(*) from generations g where g.project_id = p.id and g.livemode = $2 and g.state = 'in_progress')::int as running,
          (select count(*) from generations g where g.project_id = p.id and g.livemode = $2 and g.state = 'queued')::int as queued,
          (select coalesce(sum(c.concurrency), 0) from channels c
            where c.livemode = $2 and c.state = 'open' and c.provider = any($3))::int as concurrency
        from projects p where p.id = $1`,
      values: [projectId, livemode, providers],
    });
    if (!row) throw new Error(`project ${projectId} does not exist`);
    const { created, available, ...counts } = row;
    return {
      projectId,
      projectCreatedAt: created,
      ...(available !== null && { availableMicros: Number(available) }),
      running: counts.running,
      queued: counts.queued,
      concurrency: counts.concurrency,
    };
  },
});
