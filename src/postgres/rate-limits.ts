import { rateLimited } from '../application/not-admitted.ts';
import type { Caller, RateLimits } from '../application/ports.ts';
import type { Database } from './database.ts';

/** From so many a minute on a process takes slices; below, admission counts each. */
const LEASED_FROM = 600;
/** A slice is a hundredth of the limit: four processes lose at most four of them, when the minute ends. */
const SLICES = 100;

interface Lease {
  /** Of the database's clock: seconds of the minute's start. */
  minute: number;
  left: number;
  /** When the minute ends, in milliseconds of `now`. */
  endsAt: number;
  taking: Promise<void> | undefined;
}

interface SliceRow extends Record<string, unknown> {
  minute: number;
  seconds_left: number;
  taken: number;
}

/** Limits of 600 a minute and more, in slices of each minute that processes take from the key's row. `now` in milliseconds. */
export function rateLimitsOf(database: Database, now: () => number): RateLimits {
  const leases = new Map<bigint, Lease>();
  return {
    take: async ({ keyId, perMinute }: Caller) => {
      if (perMinute === undefined || perMinute < LEASED_FROM) return;
      const lease = leases.get(keyId) ?? { minute: 0, left: 0, endsAt: 0, taking: undefined };
      leases.set(keyId, lease);
      for (;;) {
        if (lease.left > 0 && now() < lease.endsAt) {
          lease.left -= 1;
          return;
        }
        if (lease.taking === undefined && lease.left === 0 && lease.minute === SPENT && now() < lease.endsAt) {
          throw rateLimited(perMinute, (lease.endsAt - now()) / 1000);
        }
        lease.taking ??= takeSlice(database, lease, { keyId, perMinute, now }).finally(() => {
          lease.taking = undefined;
        });
        await lease.taking;
      }
    },
  };
}

/** Nothing is left in this minute. */
const SPENT = -1;

async function takeSlice(
  database: Database,
  lease: Lease,
  { keyId, perMinute, now }: { readonly keyId: bigint; readonly perMinute: number; readonly now: () => number },
): Promise<void> {
  const slice = Math.max(1, Math.floor(perMinute / SLICES));
  const [row] = await database.query<SliceRow>({
    name: 'take_slice',
    // What was used is read from the locked row, so that of two processes the second sees what the first took.
    text: `with t as materialized (select now_at() as at), used as (
        select k.key_id, t.at, case when k.minute = date_trunc('minute', t.at) then k.in_minute else 0 end as count
        from key_use k cross join t where k.key_id = $1 for update of k
      ), u as (
        update key_use k set minute = date_trunc('minute', used.at), in_minute = used.count + least($2, $3 - used.count)
        from used where k.key_id = used.key_id and used.count < $3 returning least($2, $3 - used.count) as taken
      )
      select extract(epoch from date_trunc('minute', t.at))::float8 as minute,
        extract(epoch from date_trunc('minute', t.at) + interval '1 minute' - t.at)::float8 as seconds_left,
        coalesce((select taken from u), 0)::integer as taken from t`,
    values: [keyId, slice, perMinute],
  });
  if (!row) throw new Error('a slice answers always');
  lease.endsAt = now() + row.seconds_left * 1000;
  lease.left = row.taken;
  lease.minute = row.taken === 0 ? SPENT : row.minute;
}
