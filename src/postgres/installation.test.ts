import { expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { openInstallation, SecretMismatch } from './installation.ts';

const SECRET = 'the secret of this installation';

test('processes that open a new installation at once agree on its facts', async () => {
  const { database } = await scratchDatabase();
  const opened = await Promise.all(Array.from({ length: 8 }, () => openInstallation(database, SECRET)));
  expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  expect(new Set(opened.map(({ linkSecret }) => linkSecret.toString('hex'))).size).toBe(1);
  const [first] = opened;
  expect(first?.linkSecret).toHaveLength(32);
  expect(first?.vault.open(first.vault.seal(Buffer.from('a vendor key'))).toString()).toBe('a vendor key');
});

test('another secret is refused, and the message says what to do', async () => {
  const { database } = await scratchDatabase();
  await openInstallation(database, SECRET);
  await expect(openInstallation(database, 'another secret of good length')).rejects.toThrow(
    new SecretMismatch(
      'This database was set up with another secret: vendor credentials in it cannot be read. Set ONEREEL_SECRET to the one it was set up with (or restore the file "secret" of that data folder).',
    ),
  );
});

test('what was sealed cannot be opened after a change, or with another secret', async () => {
  const { database } = await scratchDatabase();
  const { vault } = await openInstallation(database, SECRET);
  const sealed = vault.seal(Buffer.from('a vendor key'));
  expect(sealed.includes('vendor')).toBe(false);
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(() => vault.open(sealed)).toThrow();
  const other = await openInstallation((await scratchDatabase()).database, 'another secret of good length');
  expect(() => other.vault.open(vault.seal(Buffer.from('a vendor key')))).toThrow();
});
