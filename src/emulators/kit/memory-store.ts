import type { EmulatorStore, TaskQuery, TaskRow } from './store.ts';

const keyOf = (vendor: string, id: string): string => `${vendor}\n${id}`;
const NUMBERS_PER_MILLISECOND = 1n << 22n;

function newestFirst(a: TaskRow, b: TaskRow): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);
}

function matches(row: TaskRow, query: TaskQuery): boolean {
  return (
    (query.account === undefined || row.account === query.account) &&
    (query.fromMs === undefined || row.createdAtMs >= query.fromMs) &&
    (query.toMs === undefined || row.createdAtMs <= query.toMs)
  );
}

/** A clock with a rate and an offset. Changing the rate goes on from where the clock stands; an offset is added to what was. */
function createClock(realNow: () => number) {
  let rate = 1;
  let realBase = realNow();
  let base = realBase;
  const now = (): number => base + (realNow() - realBase) * rate;
  return {
    now: () => Math.floor(now()),
    set(clock: { readonly rate?: number; readonly offsetSeconds?: number }): void {
      base = now() + (clock.offsetSeconds ?? 0) * 1000;
      realBase = realNow();
      rate = clock.rate ?? rate;
    },
  };
}

/** The store of one process, gone with it. `realNow` is real time in milliseconds. */
export function createMemoryStore(realNow: () => number): EmulatorStore {
  const rows = new Map<string, TaskRow>();
  const counters = new Map<string, Record<string, number>>();
  const clock = createClock(realNow);
  let lastNumber = 0n;

  return {
    now: async () => clock.now(),
    async nextNumber() {
      const first = BigInt(clock.now()) * NUMBERS_PER_MILLISECOND;
      lastNumber = lastNumber < first ? first : lastNumber + 1n;
      return lastNumber;
    },
    async insert(task) {
      const key = keyOf(task.vendor, task.id);
      if (rows.has(key)) return false;
      rows.set(key, { ...task, version: 1, doc: structuredClone(task.doc) });
      return true;
    },
    get: async (vendor, id) => rows.get(keyOf(vendor, id)),
    async list(vendor, query) {
      const found = [...rows.values()].filter((row) => row.vendor === vendor && matches(row, query));
      return found.sort(newestFirst).slice(query.offset, query.offset + query.limit);
    },
    async replace(task, expectedVersion) {
      const key = keyOf(task.vendor, task.id);
      const stored = rows.get(key);
      if (stored?.version !== expectedVersion) return false;
      rows.set(key, { ...stored, version: expectedVersion + 1, doc: structuredClone(task.doc) });
      return true;
    },
    async count(vendor, id, what) {
      const counts = counters.get(keyOf(vendor, id)) ?? {};
      counters.set(keyOf(vendor, id), { ...counts, [what]: (counts[what] ?? 0) + 1 });
    },
    counts: async (vendor, id) => counters.get(keyOf(vendor, id)) ?? {},
    async removeBefore(createdAtMs, vendor) {
      const old = [...rows].filter(([, row]) => row.createdAtMs < createdAtMs && (vendor ?? row.vendor) === row.vendor);
      for (const [key] of old) {
        rows.delete(key);
        counters.delete(key);
      }
      return old.length;
    },
    setClock: (settings) => clock.set(settings),
  };
}
