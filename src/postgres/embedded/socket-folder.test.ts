import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ourselves } from './run-as.ts';
import { openSocketFolder } from './socket-folder.ts';

const runAs = ourselves('plain');
const rig = { base: '', refused: new Map<string, string>() };

beforeEach(async () => {
  rig.base = await realpath(await mkdtemp('/tmp/onereel-test-'));
  rig.refused.clear();
  vi.stubEnv('TMPDIR', rig.base);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(rig.base, { recursive: true });
});

function open(recorded?: string) {
  const refused = (folder: string, reason: string) => rig.refused.set(folder, reason);
  return openSocketFolder({ runAs, recorded, dataFolder: rig.base, refused });
}

test('a new folder is private, ours, and in the temporary folder', async () => {
  const folder = await open();
  expect(folder.startsWith(`${rig.base}/onereel-`)).toBe(true);
  expect(await lstat(folder)).toMatchObject({ uid: runAs.uid });
  expect((await lstat(folder)).mode & 0o777).toBe(0o700);
});

test('the recorded folder is used again, and made again after a cleaner took it', async () => {
  const folder = await open();
  expect(await open(folder)).toBe(folder);
  await rm(folder, { recursive: true });
  expect(await open(folder)).toBe(folder);
  expect(rig.refused).toEqual(new Map());
});

test.each([0o755, 0o777, 0o710])('a recorded folder with mode %o is refused for a new one', async (mode) => {
  const folder = join(rig.base, 'onereel-recorded');
  await mkdir(folder);
  await chmod(folder, mode);
  expect(await open(folder)).not.toBe(folder);
  expect(rig.refused.get(folder)).toContain('others have access');
});

test.runIf(runAs.uid === 0)('a recorded folder of another user is refused', async () => {
  const folder = join(rig.base, 'onereel-recorded');
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, 1, 1);
  expect(await open(folder)).not.toBe(folder);
  expect(rig.refused.get(folder)).toBe('it belongs to user 1');
});

test('a link in the place of the recorded folder is refused', async () => {
  const own = join(rig.base, 'onereel-own');
  await mkdir(own, { mode: 0o700 });
  const link = join(rig.base, 'onereel-link');
  await symlink(own, link);
  expect(await open(link)).not.toBe(link);
  expect(rig.refused.get(link)).toBe('it is not a folder');
});

test('a temporary folder in which others can exchange entries is passed over', async () => {
  await chmod(rig.base, 0o777);
  const folder = await open();
  expect(rig.refused.get(rig.base)).toBe('others can exchange what is in it');
  expect(folder.startsWith('/tmp/onereel-')).toBe(true);
  await rm(folder, { recursive: true });
});

test('a temporary folder whose path is too long for a socket is passed over', async () => {
  const long = join(rig.base, 'd'.repeat(80));
  await mkdir(long);
  vi.stubEnv('TMPDIR', long);
  expect(tmpdir()).toBe(long);
  const folder = await open();
  expect(rig.refused.get(long)).toBe('its path is too long for a socket');
  expect(Buffer.byteLength(join(folder, '.s.PGSQL.5432'))).toBeLessThanOrEqual(107);
  await rm(folder, { recursive: true });
});
