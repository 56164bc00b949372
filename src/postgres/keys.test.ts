import { beforeAll, expect, test } from 'vitest';
import { type ScratchDatabase, scratchDatabase } from '../../test/harness/scratch-database.ts';
import { keyStore } from './admin/keys.ts';
import { bootstrapKinds, keysOf, setBootstrapKey } from './keys.ts';

let scratch: ScratchDatabase;

beforeAll(async () => {
  scratch = await scratchDatabase();
});

const lookUp = (key: string) => keysOf(scratch.database, () => 0).find(key);

test('a new bootstrap key replaces the one before it, of its kind only', async () => {
  const { database } = scratch;
  await setBootstrapKey(database, 'test', 'sk-test-one');
  await setBootstrapKey(database, 'live', 'sk-live-one');
  await setBootstrapKey(database, 'test', 'sk-test-two');
  expect(await lookUp('sk-test-one')).toBeUndefined();
  expect(await lookUp('sk-test-two')).toMatchObject({ kind: 'test', livemode: false });
  expect(await lookUp('sk-live-one')).toMatchObject({ kind: 'live', livemode: true });
  expect(await bootstrapKinds(database)).toEqual(new Set(['test', 'live']));
});

test('a bootstrap key that was replaced works again when it is set again, by many processes at once', async () => {
  await Promise.all(Array.from({ length: 8 }, () => setBootstrapKey(scratch.database, 'test', 'sk-test-one')));
  expect(await lookUp('sk-test-one')).toMatchObject({ kind: 'test' });
  expect(await lookUp('sk-test-two')).toBeUndefined();
});

test('a key of another kind is refused as bootstrap key, and the one before it stays', async () => {
  await expect(setBootstrapKey(scratch.database, 'admin', 'sk-live-one')).rejects.toThrow('another kind');
  await setBootstrapKey(scratch.database, 'admin', 'the-admin-key');
  await expect(setBootstrapKey(scratch.database, 'admin', 'sk-live-one')).rejects.toThrow('another kind');
  expect(await lookUp('the-admin-key')).toMatchObject({ kind: 'admin' });
  expect(await lookUp('sk-live-one')).toMatchObject({ kind: 'live' });
});

test('an admin key belongs to no project', async () => {
  expect(Object.keys((await lookUp('the-admin-key')) ?? {})).toEqual(['kind', 'keyId']);
});

test('a revocation is seen within two seconds, and not asked for before', async () => {
  const { database } = scratch;
  await setBootstrapKey(database, 'live', 'sk-live-revoked');
  let now = 0;
  const keys = keysOf(database, () => now);
  expect(await keys.find('sk-live-revoked')).toBeDefined();
  await database.query({ text: `update api_keys set revoked_at = now_at() where kind = 'live'` });
  now = 1999;
  expect(await keys.find('sk-live-revoked')).toBeDefined();
  now = 2000;
  expect(await keys.find('sk-live-revoked')).toBeUndefined();
});

test('a key that nobody has is not remembered: made a moment later, it works at once', async () => {
  const keys = keysOf(scratch.database, () => 0);
  expect(await keys.find('sk-live-later')).toBeUndefined();
  await setBootstrapKey(scratch.database, 'live', 'sk-live-later');
  expect(await keys.find('sk-live-later')).toBeDefined();
});

test('a bootstrap key that an operator revoked is not made again', async () => {
  const { database } = scratch;
  const [key] = await database.query<{ id: bigint }>({
    text: `select id from api_keys where kind = 'test' and bootstrap and revoked_at is null`,
  });
  await keyStore(database).revoke(key?.id ?? 0n, { actor: 'key_1', requestId: 'req_1' });
  expect(await lookUp('sk-test-one')).toBeUndefined();
  expect(await bootstrapKinds(database)).toContain('test');
});
