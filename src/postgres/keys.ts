import { createHash } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { DatabaseAway } from '../application/database-away.ts';
import type { KeyHolder, Keys } from '../application/ports.ts';
import type { Database } from './database.ts';
import { patiently } from './patience.ts';

export const KEY_KINDS = ['admin', 'live', 'test'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What is kept of a key. */
export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Of the first keys. */
export const DEFAULT_PROJECT = 'default';

/** A holder is remembered this long: after a revocation reads end within it. */
const FRESH_MILLISECONDS = 2000;
const MOST_REMEMBERED = 10_000;
/** A known key does not wait longer for a database that is away: status reads go on without it. */
const KNOWN_WAIT_SECONDS = 1;
const WAIT_SECONDS = 10;

/**
 * The keys, remembered for two seconds by their hash, and for as long as the database is away: no key is revoked
 * meanwhile. `now` in milliseconds.
 */
export function keysOf(database: Database, now: () => number): Keys {
  const remembered = new Map<string, { readonly holder: KeyHolder; readonly until: number }>();
  return {
    find: async (key) => {
      const hash = hashOf(key).toString('base64');
      const known = remembered.get(hash);
      if (known && known.until > now()) return known.holder;
      const holder = await patiently(known ? KNOWN_WAIT_SECONDS : WAIT_SECONDS, () => findKey(database, key)).catch(
        (error: unknown) => {
          if (known && error instanceof DatabaseAway) return known.holder;
          throw error;
        },
      );
      remembered.delete(hash);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      if (holder) remembered.set(hash, { holder, until: now() + FRESH_MILLISECONDS });
      return holder;
    },
  };
}

async function findKey(database: Database, key: string): Promise<KeyHolder | undefined> {
  const [row] = await database.query<KeyRow>({
    name: 'find_key',
    text: `select k.id, k.project_id, k.kind, k.models, k.sources, k.per_minute, p.markup::float8,
        coalesce(k.expires_at <= now_at(), false) as expired
      from api_keys k left join projects p on p.id = k.project_id where k.hash = $1 and k.revoked_at is null`,
    values: [hashOf(key)],
  });
  if (!row) return undefined;
  const limits = {
    ...(row.expired && { isExpired: true }),
    ...(row.sources && { isFrom: addressCheck(row.sources) }),
  };
  if (row.kind === 'admin' || row.project_id === null) return { kind: 'admin', keyId: row.id, ...limits };
  return {
    kind: row.kind,
    keyId: row.id,
    projectId: row.project_id,
    livemode: row.kind === 'live',
    ...(row.models && { models: row.models }),
    ...(row.per_minute !== null && { perMinute: row.per_minute }),
    ...(row.markup !== null && row.markup !== 1 && { markup: row.markup }),
    ...limits,
  };
}

interface KeyRow extends Record<string, unknown> {
  id: bigint;
  project_id: bigint | null;
  kind: KeyKind;
  models: string[] | null;
  sources: string[] | null;
  per_minute: number | null;
  markup: number | null;
  expired: boolean;
}

/** Whether an address lies in one of these networks ("10.0.0.0/8", "2001:db8::/32" or one address). */
function addressCheck(sources: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const source of sources) {
    const [network = '', bits] = source.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Which kinds have, or had, a bootstrap key: one that an operator revoked is not made again. */
export async function bootstrapKinds(database: Database): Promise<ReadonlySet<KeyKind>> {
  const rows = await database.query<{ kind: KeyKind }>({
    text: 'select distinct kind from api_keys where bootstrap',
  });
  return new Set(rows.map(({ kind }) => kind));
}

/** Sets the bootstrap key of a kind; another one of that kind is revoked in the same transaction. */
export async function setBootstrapKey(database: Database, kind: KeyKind, key: string): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query({ text: `select pg_advisory_xact_lock(hashtext('bootstrap keys'))` });
    await tx.query({
      text: 'insert into projects (name) values ($1) on conflict (name) do nothing',
      values: [DEFAULT_PROJECT],
    });
    await tx.query({
      text: 'update api_keys set revoked_at = now_at() where bootstrap and kind = $1 and hash <> $2 and revoked_at is null',
      values: [kind, hashOf(key)],
    });
    const [set] = await tx.query({
      text: `insert into api_keys (project_id, kind, hash, name, bootstrap, hint)
        values (case when $1 <> 'admin' then (select id from projects where name = $3) end, $1, $2, 'bootstrap', true, $4)
        on conflict (hash) do update set revoked_at = null, bootstrap = true where api_keys.kind = excluded.kind
        returning id`,
      values: [kind, hashOf(key), DEFAULT_PROJECT, key.slice(-4)],
    });
    if (!set)
      throw new Error(`The ${kind} key is already in use as a key of another kind; give each kind a key of its own.`);
  });
}
