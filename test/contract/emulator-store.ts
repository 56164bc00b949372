/** What every store of the emulators guarantees (src/emulators/kit/store.ts), as a suite to run over each. */
import { expect, test } from 'vitest';
import type { EmulatorStore } from '../../src/emulators/kit/store.ts';

/** `open` gives a store that may hold other tests' tasks: each test here uses a vendor of its own. */
export function emulatorStoreContract(open: () => Promise<EmulatorStore>): void {
  const task = (vendor: string, id: string, createdAtMs = 1000, account = 'a') => ({
    vendor,
    id,
    account,
    createdAtMs,
    doc: { text: 'ß€😀', list: [1, null, { deep: true }] },
  });

  test('a task comes back as it was stored, with version 1', async () => {
    const store = await open();
    expect(await store.insert(task('v1', 'x'))).toBe(true);
    expect(await store.get('v1', 'x')).toEqual({ ...task('v1', 'x'), version: 1 });
    expect(await store.get('v1', 'y')).toBeUndefined();
    expect(await store.get('other', 'x')).toBeUndefined();
  });

  test('a taken key is not stored twice', async () => {
    const store = await open();
    await store.insert(task('v2', 'x'));
    expect(await store.insert({ ...task('v2', 'x'), doc: 'other' })).toBe(false);
    expect((await store.get('v2', 'x'))?.doc).toEqual(task('v2', 'x').doc);
  });

  test('of many replacements of one version exactly one wins', async () => {
    const store = await open();
    await store.insert(task('v3', 'x'));
    const row = { ...task('v3', 'x'), version: 1 };
    const wins = await Promise.all([1, 2, 3, 4].map((doc) => store.replace({ ...row, doc }, 1)));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect(await store.get('v3', 'x')).toMatchObject({ version: 2, doc: wins.indexOf(true) + 1 });
    expect(await store.replace({ ...task('v3', 'none'), version: 1 }, 1)).toBe(false);
  });

  test('the list is newest first, within its bounds and pages', async () => {
    const store = await open();
    for (const [id, atMs, account] of [
      ['a', 10, 'one'],
      ['c', 20, 'one'],
      ['b', 20, 'one'],
      ['d', 30, 'two'],
    ] as const) {
      await store.insert(task('v4', id, atMs, account));
    }
    const ids = async (query: object) =>
      (await store.list('v4', { limit: 10, offset: 0, ...query })).map(({ id }) => id);
    expect(await ids({})).toEqual(['d', 'c', 'b', 'a']);
    expect(await ids({ account: 'one' })).toEqual(['c', 'b', 'a']);
    expect(await ids({ fromMs: 20, toMs: 20 })).toEqual(['c', 'b']);
    expect(await ids({ limit: 2, offset: 1 })).toEqual(['c', 'b']);
  });

  test('numbers rise and fit into 63 bits', async () => {
    const store = await open();
    const numbers: bigint[] = [];
    for (let count = 0; count < 100; count++) numbers.push(await store.nextNumber());
    expect(new Set(numbers).size).toBe(100);
    expect(numbers.every((number) => number > 0n && number < 2n ** 63n)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await store.nextNumber()).toBeGreaterThan(numbers[0] ?? 0n);
  });

  test('counters count, and go with their task', async () => {
    const store = await open();
    await store.insert(task('v5', 'x'));
    expect(await store.counts('v5', 'x')).toEqual({});
    for (const what of ['polls', 'downloads', 'polls']) await store.count('v5', 'x', what);
    expect(await store.counts('v5', 'x')).toEqual({ polls: 2, downloads: 1 });
    await store.insert(task('v5', 'young', 2000));
    expect(await store.removeBefore(1500, 'v5')).toBe(1);
    expect(await store.get('v5', 'x')).toBeUndefined();
    expect(await store.counts('v5', 'x')).toEqual({});
    expect(await store.get('v5', 'young')).toBeDefined();
  });
}
