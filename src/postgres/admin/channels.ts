import type { Change } from '../../application/admin/change.ts';
import type { Channel, ChannelChanges, ChannelStore, NewChannel } from '../../application/admin/channel.ts';
import type { ChannelAccess } from '../../application/ports.ts';
import { Refusal } from '../../application/refusal.ts';
import type { Json } from '../../domain/json.ts';
import { lockChannels } from '../announcements.ts';
import { addVersion, type ChannelRow, channelAccess } from '../channels.ts';
import type { Database, Queryable } from '../database.ts';
import type { Vault } from '../installation.ts';
import { audit } from './audit.ts';

/** Channels, as operators see and change them. */
export const channelStore = (database: Database, vault: Vault): ChannelStore => ({
  list: async () => (await database.query<Row>({ text: `${SELECT} order by c.livemode desc, c.name` })).map(channelOf),
  find: async (name) => channelOf(await findRow(database, name)),
  create: (channel, change) => database.transaction((tx) => create(tx, { vault, channel, change })),
  update: (name, changes, change) => database.transaction((tx) => update(tx, vault, { name, changes, change })),
  drain: (name, change) => database.transaction((tx) => setClosed(tx, { name, isClosed: true, change })),
  open: (name, change) => database.transaction((tx) => setClosed(tx, { name, isClosed: false, change })),
  access: async (name) => accessOf(await findRow(database, name), vault),
});

interface Row extends ChannelRow {
  managed: boolean;
  closed: boolean;
  announced: boolean;
  state: 'open' | 'drained';
  paused: number | null;
  concurrency: number;
  running: number;
  version_at: number;
}

const SELECT = `select c.id as channel_id, c.name as channel_name, c.provider, c.livemode, c.managed, c.closed, c.state,
    c.concurrency, case when c.paused_until > now_at() then extract(epoch from c.paused_until) end::float8 as paused,
    (select count(*) from slots s where s.channel_id = c.id)::integer as running,
    exists (select from announcements a where a.channel_id = c.id and a.until >= clock_timestamp()) as announced,
    v.version as credential_version, v.sealed, v.origins, v.settings, extract(epoch from v.created_at)::float8 as version_at
  from channels c cross join lateral (
    select * from credentials where channel_id = c.id order by created_at desc, version desc limit 1) v`;

/** Of a live and a test channel of one name the live one is meant. */
async function findRow(on: Queryable, name: string): Promise<Row> {
  const [row] = await on.query<Row>({
    text: `${SELECT} where c.name = $1 order by c.livemode desc limit 1`,
    values: [name],
  });
  if (row) return row;
  throw new Refusal('not_found', `There is no channel ${JSON.stringify(name)}.`);
}

const accessOf = (row: Row, vault: Vault): ChannelAccess => channelAccess(row, vault);

const channelOf = (row: Row): Channel => ({
  name: row.channel_name,
  provider: row.provider,
  livemode: row.livemode,
  managedBy: row.managed ? 'api' : row.livemode ? 'configuration' : 'sandbox',
  state: row.state,
  isClosed: row.closed,
  ...(row.paused !== null && { pausedUntil: row.paused }),
  concurrency: row.concurrency,
  running: row.running,
  origins: row.origins,
  settings: row.settings,
  version: row.credential_version,
  versionAt: row.version_at,
});

async function create(
  tx: Queryable,
  { vault, channel, change }: { readonly vault: Vault; readonly channel: NewChannel; readonly change: Change },
): Promise<Channel> {
  await lockChannels(tx);
  const { name, provider, concurrency, ...version } = channel;
  const [row] = await tx.query<{ id: bigint }>({
    text: `insert into channels (name, provider, livemode, concurrency, managed) values ($1, $2, true, $3, true)
      on conflict (name, livemode) do nothing returning id`,
    values: [name, provider, concurrency],
  });
  if (!row)
    throw new Refusal('conflict', `There is a channel ${JSON.stringify(name)} already; give this one another name.`, {
      param: 'name',
    });
  await addVersion(tx, vault, { channelId: row.id, ...version });
  const made = channelOf(await findRow(tx, name));
  await audit(tx, change, { action: 'channel.created', subject: name, after: settingsOf(made) });
  return made;
}

interface Update {
  readonly name: string;
  readonly changes: ChannelChanges;
  readonly change: Change;
}

async function update(tx: Queryable, vault: Vault, { name, changes, change }: Update): Promise<Channel> {
  await lockChannels(tx);
  const row = await findRow(tx, name);
  const before = channelOf(row);
  if (before.managedBy !== 'api') throw notOurs(before);
  const { concurrency = before.concurrency, ...version } = changes;
  await tx.query({
    text: 'update channels set concurrency = $2 where id = $1',
    values: [row.channel_id, concurrency],
  });
  const { origins, settings } = row;
  if (Object.keys(version).length > 0) {
    const credentials = accessOf(row, vault).credentials as Json; // what was sealed was JSON
    await addVersion(tx, vault, { channelId: row.channel_id, credentials, origins, settings, ...version });
  }
  const after = channelOf(await findRow(tx, name));
  await audit(tx, change, {
    action: changes.credentials === undefined ? 'channel.updated' : 'channel.credentials-replaced',
    subject: name,
    before: settingsOf(before),
    after: settingsOf(after),
  });
  return after;
}

const notOurs = ({ name, managedBy }: Channel): Refusal =>
  new Refusal(
    'conflict',
    managedBy === 'sandbox'
      ? `${name} is a channel of the sandbox and stays as it is; it can be drained and opened.`
      : `${name} is configured in the environment or onereel.yaml of a gateway: change it there. Here it can be drained and opened.`,
  );

async function setClosed(
  tx: Queryable,
  { name, isClosed, change }: { readonly name: string; readonly isClosed: boolean; readonly change: Change },
): Promise<Channel> {
  await lockChannels(tx);
  const row = await findRow(tx, name);
  const before = channelOf(row);
  const isOpen = !isClosed && (row.managed || row.announced);
  await tx.query({
    text: 'update channels set closed = $2, state = $3 where id = $1',
    values: [row.channel_id, isClosed, isOpen ? 'open' : 'drained'],
  });
  const after = channelOf(await findRow(tx, name));
  if (before.isClosed === after.isClosed && before.state === after.state) return after;
  await audit(tx, change, {
    action: isClosed ? 'channel.drained' : 'channel.opened',
    subject: name,
    before: settingsOf(before),
    after: settingsOf(after),
  });
  return after;
}

/** As the audit log keeps it: never the credentials. */
const settingsOf = (channel: Channel): object => ({
  provider: channel.provider,
  livemode: channel.livemode,
  concurrency: channel.concurrency,
  origins: channel.origins,
  settings: channel.settings,
  state: channel.state,
  closed: channel.isClosed,
  version: `ver_${channel.version}`,
});
