import type { Database, Queryable } from '../database.ts';

/** Never more than this many in one transaction, so that the channel's row is not held for long. */
const MOST_AT_ONCE = 100;

interface ChannelTurn extends Record<string, unknown> {
  id: bigint;
}

/**
 * Gives free channel slots to waiting generations. A slot comes first, then the generation: the oldest of the project
 * that holds the fewest slots, so that ten thousand waiting of one project delay another's first by one slot at most.
 */
export async function dispatch(database: Database): Promise<number> {
  const channels = await database.query<ChannelTurn>({
    name: 'channels_with_waiting',
    // Ordered as the index is, else a provider for which nothing waits is looked for in the whole queue.
    text: `select c.id from channels c where c.state = 'open' and c.paused_until <= (select now_at()) and (
      select true from queue q where q.provider = c.provider and q.livemode = c.livemode and q.not_before <= (select now_at())
      order by q.project_id, q.generation_id limit 1)`,
  });
  let made = 0;
  for (const { id } of channels) made += await database.transaction((tx) => fillChannel(tx, id));
  return made;
}

async function fillChannel(tx: Queryable, channelId: bigint): Promise<number> {
  const [channel] = await tx.query<{ provider: string; livemode: boolean; concurrency: number }>({
    name: 'lock_channel',
    text: `select provider, livemode, concurrency from channels where id = $1 and state = 'open' and paused_until <= (select now_at())
      for update skip locked`,
    values: [channelId],
  });
  if (!channel) return 0;
  // A statement of its own: it must see what the last holder of the lock committed.
  const [taken] = await tx.query<{ count: bigint }>({
    name: 'count_slots',
    text: 'select count(*) from slots where channel_id = $1',
    values: [channelId],
  });
  const free = Math.min(MOST_AT_ONCE, channel.concurrency - Number(taken?.count ?? 0));
  if (free <= 0) return 0;
  const chosen = await choose(tx, { ...channel, channelId, free });
  return chosen.length === 0 ? 0 : assign(tx, channelId, chosen);
}

async function choose(
  tx: Queryable,
  { provider, livemode, channelId, free }: { provider: string; livemode: boolean; channelId: bigint; free: number },
): Promise<readonly bigint[]> {
  const rows = await tx.query<{ generation_id: bigint }>({
    name: 'choose_waiting',
    text: `with recursive projects as (
        (select project_id from queue where provider = $1 and livemode = $2 order by project_id limit 1)
        union all
        select (select q.project_id from queue q where q.provider = $1 and q.livemode = $2 and q.project_id > p.project_id
          order by q.project_id limit 1)
        from projects p where p.project_id is not null
      ), served as (
        select project_id, count(*) as slots from slots where channel_id = $3 group by project_id
      ), candidates as (
        select q.generation_id,
          coalesce(served.slots, 0) + row_number() over (partition by p.project_id order by q.generation_id) as turn
        from projects p
        left join served on served.project_id = p.project_id
        cross join lateral (
          select generation_id from queue
          where provider = $1 and livemode = $2 and project_id = p.project_id and not_before <= (select now_at())
          order by generation_id limit $4
        ) q
        where p.project_id is not null
      ), chosen as (
        select generation_id from candidates order by turn, generation_id limit $4
      ), taken as (
        -- What another channel of this provider is just taking is left to it.
        select generation_id from queue where generation_id = any (array(select generation_id from chosen)) for update skip locked
      )
      delete from queue where generation_id = any (array(select generation_id from taken)) returning generation_id`,
    values: [provider, livemode, channelId, free],
  });
  return rows.map(({ generation_id }) => generation_id);
}

async function assign(tx: Queryable, channelId: bigint, generationIds: readonly bigint[]): Promise<number> {
  const rows = await tx.query({
    name: 'assign',
    text: `with a as (
        insert into attempts (generation_id, ordinal, route, channel_id, credential_version, epoch)
        select g.id, 1 + (select count(*) from attempts past where past.generation_id = g.id), g.route, $1,
          (select version from credentials where channel_id = $1 order by created_at desc, version desc limit 1), g.epoch
        from generations g where g.id = any($2::bigint[]) and g.state in ('queued', 'in_progress')
        order by g.id
        returning id, generation_id
      ), s as (
        insert into slots (attempt_id, channel_id, project_id)
        select a.id, $1, g.project_id from a join generations g on g.id = a.generation_id
      )
      insert into due (attempt_id, run_at) select id, now_at() from a returning attempt_id`,
    values: [channelId, generationIds],
  });
  return rows.length;
}
