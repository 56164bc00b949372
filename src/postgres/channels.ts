import { createHash } from 'node:crypto';
import type { ChannelAccess, Channels } from '../application/ports.ts';
import { canonicalJson, type Json, type JsonObject } from '../domain/json.ts';
import type { Database } from './database.ts';
import type { Vault } from './installation.ts';

/** A channel cannot be what the configuration wants; the message says what to do. */
export class ChannelRefused extends Error {}

/** A channel as the configuration wants it. */
export interface WantedChannel {
  readonly name: string;
  readonly provider: string;
  readonly livemode: boolean;
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: JsonObject;
  readonly concurrency: number;
  readonly credentials: Json;
}

/**
 * Makes the channels what the configuration says. What it no longer names is drained, never deleted: attempts on it are
 * followed to the end with the credentials they were made with. A changed credential is a new version. Throws
 * ChannelRefused.
 */
export async function configureChannels(
  database: Database,
  vault: Vault,
  wanted: readonly WantedChannel[],
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query({ text: `select pg_advisory_xact_lock(hashtext('channels'))` });
    const kept: bigint[] = [];
    for (const channel of wanted) {
      const [row] = await tx.query<{ id: bigint }>({
        text: `insert into channels (name, provider, livemode, origins, settings, concurrency) values ($1, $2, $3, $4, $5, $6)
          on conflict (name, livemode) do update set origins = excluded.origins, settings = excluded.settings,
            concurrency = excluded.concurrency, state = 'open'
          where channels.provider = excluded.provider returning id`,
        values: [
          channel.name,
          channel.provider,
          channel.livemode,
          channel.origins,
          channel.settings,
          channel.concurrency,
        ],
      });
      if (!row)
        throw new ChannelRefused(
          `Channel ${channel.name} exists already with another provider; give the new one another name.`,
        );
      kept.push(row.id);
      const plain = Buffer.from(canonicalJson(channel.credentials));
      await tx.query({
        text: `insert into credentials (channel_id, fingerprint, sealed) values ($1, $2, $3)
          on conflict (channel_id, fingerprint) do update set created_at = now_at()`,
        values: [row.id, createHash('sha256').update(plain).digest(), vault.seal(plain)],
      });
    }
    await tx.query({ text: `update channels set state = 'drained' where not id = any($1::bigint[])`, values: [kept] });
  });
}

/** Which providers can be reached, read at most once in `freshSeconds`. */
export function channelsOf(database: Database): Channels {
  return {
    open: async (livemode) => {
      const rows = await database.query<{ provider: string }>({
        name: 'open_channels',
        text: `select distinct provider from channels where state = 'open' and livemode = $1`,
        values: [livemode],
      });
      return new Set(rows.map(({ provider }) => provider));
    },
  };
}

export interface ChannelRow extends Record<string, unknown> {
  channel_id: bigint;
  channel_name: string;
  provider: string;
  livemode: boolean;
  origins: Record<string, string>;
  settings: JsonObject;
  credential_version: bigint;
  sealed: Buffer;
}

export const channelAccess = (row: ChannelRow, vault: Vault): ChannelAccess => ({
  id: row.channel_id,
  name: row.channel_name,
  provider: row.provider,
  livemode: row.livemode,
  origins: row.origins,
  settings: row.settings,
  credentialVersion: row.credential_version,
  credentials: JSON.parse(vault.open(row.sealed).toString('utf8')),
});
