import type { Log } from '../application/ports.ts';
import type { Database, Queryable } from './database.ts';

/** Of a gateway that was killed nothing is believed after this time. */
const BELIEVED_SECONDS = 30;
const RENEWED_EVERY_SECONDS = 10;
/** A database that is away must not keep a gateway from leaving; what it said ends by itself. */
const WITHDRAW_SECONDS = 1;

/** A running gateway and the channels that its configuration names. */
export interface Announcement {
  /** An id of the process, a UUID. */
  readonly gateway: string;
  readonly channelIds: readonly bigint[];
}

/** Configurations and renewals take turns. */
export const lockChannels = (tx: Queryable): Promise<unknown> =>
  tx.query({ text: `select pg_advisory_xact_lock(hashtext('channels'))` });

/** Says which channels a gateway has, instead of what it said before. */
export async function announce(tx: Queryable, { gateway, channelIds }: Announcement): Promise<void> {
  await tx.query({
    text: 'delete from announcements where until < clock_timestamp() or (gateway = $1 and not channel_id = any ($2))',
    values: [gateway, channelIds],
  });
  await tx.query({
    text: `insert into announcements (gateway, channel_id, until)
      select $1, id, clock_timestamp() + make_interval(secs => $3) from unnest($2::bigint[]) as id
      on conflict (gateway, channel_id) do update set until = excluded.until`,
    values: [gateway, channelIds, BELIEVED_SECONDS],
  });
}

/** What no running gateway has takes nothing new; what runs on it is followed to the end. */
export async function drainUnannounced(tx: Queryable): Promise<void> {
  await tx.query({
    text: `update channels c set state = 'drained' where state = 'open' and not managed and not exists (
      select from announcements a where a.channel_id = c.id and a.until >= clock_timestamp())`,
  });
}

/**
 * Keeps saying which channels a gateway has, and drains those of gateways that no longer do. Answers what takes the word
 * back: a start of another configuration then drains at once. Never throws.
 */
export function keepAnnouncing(
  database: Database,
  said: Announcement,
  { log, everySeconds = RENEWED_EVERY_SECONDS }: { readonly log: Log; readonly everySeconds?: number },
): () => Promise<void> {
  let renewed = performance.now();
  const renew = async (): Promise<void> => {
    // After the database was away everybody's word has run out, and nobody's channels are drained before all could renew.
    const wasAway = performance.now() - renewed > BELIEVED_SECONDS * 1000;
    await database.transaction(async (tx) => {
      await lockChannels(tx);
      await announce(tx, said);
      await tx.query({
        text: `update channels set state = 'open' where id = any ($1) and state = 'drained' and not closed`,
        values: [said.channelIds],
      });
      if (!wasAway) await drainUnannounced(tx);
    });
    renewed = performance.now();
  };
  let turn = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(renew).catch((error: unknown) => log.warn('channels.not_announced', { error }));
  }, everySeconds * 1000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    const withdrawn = turn.then(() =>
      database.query({ text: 'delete from announcements where gateway = $1', values: [said.gateway] }),
    );
    await Promise.race([withdrawn.catch(() => {}), late(WITHDRAW_SECONDS)]);
  };
}

const late = (seconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000).unref();
  });
