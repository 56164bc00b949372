import { createHash } from 'node:crypto';
import type { ChannelAccess, Channels } from '../application/ports.ts';
import { canonicalJson, type Json, type JsonObject } from '../domain/json.ts';
import { announce, drainUnannounced, lockChannels } from './announcements.ts';
import type { Database, Queryable } from './database.ts';
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

/** What one gateway's configuration says. */
export interface Configuration {
  readonly vault: Vault;
  /** An id of its process, a UUID. */
  readonly gateway: string;
  readonly wanted: readonly WantedChannel[];
}

/**
 * Makes the channels what the configuration says, and answers their ids. What neither it nor that of another running
 * gateway names is drained, never deleted: attempts on it are followed to the end with the version they were made with.
 * Changed credentials, origins or settings are a new version. Throws ChannelRefused.
 */
export function configureChannels(
  database: Database,
  { vault, gateway, wanted }: Configuration,
): Promise<readonly bigint[]> {
  return database.transaction(async (tx) => {
    await lockChannels(tx);
    const channelIds: bigint[] = [];
    for (const channel of wanted) channelIds.push(await configure(tx, vault, channel));
    await announce(tx, { gateway, channelIds });
    await drainUnannounced(tx);
    return channelIds;
  });
}

async function configure(tx: Queryable, vault: Vault, channel: WantedChannel): Promise<bigint> {
  const { name, provider, livemode, origins, settings, concurrency, credentials } = channel;
  const [row] = await tx.query<{ id: bigint }>({
    text: `insert into channels (name, provider, livemode, concurrency) values ($1, $2, $3, $4)
      on conflict (name, livemode) do update set concurrency = excluded.concurrency,
        state = case when channels.closed then 'drained' else 'open' end
      where channels.provider = excluded.provider and not channels.managed returning id`,
    values: [name, provider, livemode, concurrency],
  });
  if (!row)
    throw new ChannelRefused(
      `Channel ${name} exists already, with another provider or made by the admin API; give the new one another name.`,
    );
  await addVersion(tx, vault, { channelId: row.id, credentials, origins, settings });
  return row.id;
}

/** What a channel reaches its vendor with. */
export interface ChannelVersion extends Pick<WantedChannel, 'credentials' | 'origins' | 'settings'> {
  readonly channelId: bigint;
}

/** From its commit on new attempts use this version; those that run keep theirs. One that was there before comes back. */
export async function addVersion(
  tx: Queryable,
  vault: Vault,
  { channelId, credentials, origins, settings }: ChannelVersion,
): Promise<void> {
  const version = canonicalJson({ credentials, origins, settings });
  await tx.query({
    text: `insert into credentials (channel_id, fingerprint, sealed, origins, settings) values ($1, $2, $3, $4, $5)
      on conflict (channel_id, fingerprint) do update set created_at = now_at()`,
    values: [
      channelId,
      createHash('sha256').update(version).digest(),
      vault.seal(Buffer.from(canonicalJson(credentials))),
      origins,
      settings,
    ],
  });
}

const FRESH_MILLISECONDS = 1000;

/** Which providers can be reached, read once a second at most. `now` in milliseconds. */
export function channelsOf(database: Database, now: () => number): Channels {
  const read = new Map<boolean, { readonly providers: Promise<ReadonlySet<string>>; readonly until: number }>();
  return {
    open: (livemode) => {
      const known = read.get(livemode);
      if (known && known.until > now()) return known.providers;
      const providers = openProviders(database, livemode);
      read.set(livemode, { providers, until: now() + FRESH_MILLISECONDS });
      providers.catch(() => read.delete(livemode));
      return providers;
    },
  };
}

async function openProviders(database: Database, livemode: boolean): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ provider: string }>({
    name: 'open_channels',
    text: `select distinct provider from channels where state = 'open' and livemode = $1`,
    values: [livemode],
  });
  return new Set(rows.map(({ provider }) => provider));
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
