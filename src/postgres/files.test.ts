import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../../test/harness/scratch-database.ts';
import { openWorld, type World } from '../../test/harness/world.ts';
import type { FileStore, NewFile, UploadedFile } from '../application/file-store.ts';
import type { Caller, StoredInput } from '../application/ports.ts';
import { fileStore } from './files.ts';
import { inputRows } from './inputs.ts';

const QUOTA = { bytes: 1000, files: 50 };
const WEEK = 7 * 24 * 3600;
const QUARTER = 15 * 60 + 1;

let world: World;
let store: FileStore;
let caller: Caller;
let removed: string[];

beforeEach(async () => {
  const { database } = await freshDatabase();
  world = await openWorld(database);
  store = fileStore(database);
  caller = await world.project();
  removed = [];
});

async function kept(bytes: number, more: { sha256?: string; owner?: Caller } = {}): Promise<StoredInput> {
  const sha256 = more.sha256 ?? randomUUID();
  const storageKey = `inputs/${sha256}`;
  const facts = { kind: 'image', mediaType: 'image/png', bytes, width: 64, height: 32 } as const;
  return {
    id: await inputRows(world.database).put(more.owner ?? caller, { sha256, storageKey, facts }),
    storageKey,
    facts,
  };
}

const file = (input: StoredInput, more: Partial<NewFile> = {}): NewFile => ({
  caller,
  name: 'fox.png',
  purpose: 'user_data',
  expiresInSeconds: WEEK,
  input,
  ...more,
});

async function added(input: StoredInput, more: Partial<NewFile> = {}): Promise<UploadedFile> {
  const made = await store.add(file(input, more), QUOTA);
  if ('full' in made) throw new Error('full');
  return made;
}

const forget = (): Promise<number> =>
  store.forgetInputs(100, async (key) => {
    removed.push(key);
  });

test('a file is what was given, and can be read and found', async () => {
  const input = await kept(100);
  const made = await added(input);
  expect(made).toMatchObject({ name: 'fox.png', purpose: 'user_data', livemode: false, facts: { width: 64 } });
  expect(made.expiresAt - made.createdAt).toBeCloseTo(WEEK, 0);
  expect(await store.read(caller, made.id)).toEqual(made);
  expect(await store.find(caller, made.id)).toEqual(input);
});

test('another project and the other world find nothing of it, and cannot remove it', async () => {
  const { id } = await added(await kept(100));
  for (const other of [await world.project(), { ...caller, livemode: true }]) {
    expect(await store.read(other, id)).toBeUndefined();
    expect(await store.find(other, id)).toBeUndefined();
    expect(await store.remove(other, id)).toBe(false);
    expect((await store.list(other, { limit: 10 })).files).toEqual([]);
    expect(await store.usage(other)).toEqual({ bytes: 0, files: 0 });
  }
  expect(await store.read(caller, id)).toBeDefined();
});

test('of twenty at once as many are added as the quota has room for', async () => {
  const inputs = await Promise.all(Array.from({ length: 20 }, () => kept(300)));
  const made = await Promise.all(inputs.map((input) => store.add(file(input), QUOTA)));
  expect(made.filter((one) => !('full' in one))).toHaveLength(3);
  expect(await store.usage(caller)).toEqual({ bytes: 900, files: 3 });
});

test('equal bytes count once, but as files of their own', async () => {
  const input = await kept(900, { sha256: 'same' });
  await added(input);
  await added(input);
  expect(await store.usage(caller)).toEqual({ bytes: 900, files: 2 });
  expect(await store.add(file(input), { bytes: 1000, files: 2 })).toEqual({ full: { bytes: 900, files: 2 } });
});

test('what was removed makes room at once', async () => {
  const { id } = await added(await kept(1000));
  const next = await kept(1000);
  expect(await store.add(file(next), QUOTA)).toEqual({ full: { bytes: 1000, files: 1 } });
  expect(await store.remove(caller, id)).toBe(true);
  expect(await store.remove(caller, id)).toBe(false);
  expect(await store.add(file(next), QUOTA)).toMatchObject({ name: 'fox.png' });
});

test('an expired file is gone before it is swept, makes room, and goes with its bytes', async () => {
  const { id, storageKey } = await added(await kept(1000), { expiresInSeconds: 3600 });
  await world.advance(3601);
  expect(await store.read(caller, id)).toBeUndefined();
  expect(await store.find(caller, id)).toBeUndefined();
  expect(await store.remove(caller, id)).toBe(false);
  expect(await store.usage(caller)).toEqual({ bytes: 0, files: 0 });
  await added(await kept(1000));
  await store.expire(100);
  expect(await world.rows('select from files')).toHaveLength(1);
  expect(await forget()).toBe(1);
  expect(removed).toEqual([storageKey]);
});

test('the list is newest first, in pages', async () => {
  const ids: bigint[] = [];
  for (let count = 0; count < 5; count += 1) ids.unshift((await added(await kept(1))).id);
  const first = await store.list(caller, { limit: 2 });
  expect(first).toMatchObject({ hasMore: true, files: ids.slice(0, 2).map((id) => ({ id })) });
  const rest = await store.list(caller, { limit: 3, after: ids[1] ?? 0n });
  expect(rest).toMatchObject({ hasMore: false, files: ids.slice(2).map((id) => ({ id })) });
});

test('bytes stay while another file, a generation or a create under way refers to them', async () => {
  const [shared, used, wanted, unused] = [await kept(1), await kept(1), await kept(1), await kept(1)];
  await world.create(caller, { inputIds: [used.id] });
  const twice = [await added(shared), await added(shared)];
  const files = [twice[0], await added(used), await added(wanted), await added(unused)];
  await world.advance(QUARTER);
  await store.find(caller, files[2]?.id ?? 0n);
  for (const one of files) await store.remove(caller, one?.id ?? 0n);
  await forget();
  expect(removed).toEqual([unused.storageKey]);
  await world.advance(QUARTER);
  await forget();
  expect(removed).toEqual([unused.storageKey, wanted.storageKey]);
  await store.remove(caller, twice[1]?.id ?? 0n);
  await forget();
  expect(removed).toEqual([unused.storageKey, wanted.storageKey, shared.storageKey]);
  expect(await forget()).toBe(0);
});

test('an input that no create took is forgotten after a while, and one that is put meanwhile waits for its bytes to go', async () => {
  const left = await kept(1, { sha256: 'left' });
  expect(await forget()).toBe(0);
  await world.advance(QUARTER);
  const order: string[] = [];
  let again: Promise<StoredInput> | undefined;
  await store.forgetInputs(1, async () => {
    again = kept(1, { sha256: 'left' });
    void again.then(() => order.push('put'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    order.push('gone');
  });
  expect((await again)?.id).not.toBe(left.id);
  expect(order).toEqual(['gone', 'put']);
});
