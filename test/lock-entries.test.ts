import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completed, type Lock, missing, platformOf, registryAddresses } from '../scripts/lock-entries.ts';

const lock: Lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
const never = { newest: () => expect.fail('asked the registry') };

const without = (pattern: RegExp): Lock => ({
  ...lock,
  packages: Object.fromEntries(Object.entries(lock.packages).filter(([key]) => !pattern.test(key))),
});

test('the lock file is complete and names no registry', () => {
  expect(missing(lock)).toEqual([]);
  expect(registryAddresses(lock)).toEqual([]);
});

test('an entry that is taken out is missed and comes back as it was', () => {
  const holed = without(/cli-linux-arm64-musl$/);
  expect(missing(holed).map(({ key }) => key)).toEqual(['node_modules/@biomejs/cli-linux-arm64-musl']);
  expect(JSON.stringify(completed(holed, never))).toBe(JSON.stringify(lock)); // the order counts: npm keeps its own
});

test('a registry address is found and removed, a link to a workspace stays', () => {
  const entry = { version: '1.0.0', resolved: 'https://registry.example/a.tgz' };
  const addressed = { ...lock, packages: { ...lock.packages, 'node_modules/zzz': entry } };
  expect(registryAddresses(addressed)).toEqual(['node_modules/zzz']);
  const clean = completed(addressed, never);
  expect(clean.packages['node_modules/zzz']).toEqual({ version: '1.0.0' });
  expect(clean.packages['node_modules/@onereel/runtime']).toEqual({ resolved: 'runtime', link: true });
});

test('two versions of one optional package get a place each, and only a range asks the registry', () => {
  const two: Lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', dev: true, optionalDependencies: { 'b-linux-x64-gnu': '1.0.0' } },
      'node_modules/c': {
        version: '1.0.0',
        optionalDependencies: { 'b-linux-x64-gnu': '2.0.0', 'd-darwin-arm64': '^3.0.0' },
      },
    },
  };
  const { packages } = completed(two, { newest: ({ name }) => (name === 'd-darwin-arm64' ? '3.4.5' : 'wrong') });
  expect(packages['node_modules/a/node_modules/b-linux-x64-gnu']).toMatchObject({ version: '1.0.0', dev: true });
  expect(packages['node_modules/b-linux-x64-gnu']).toEqual({
    version: '2.0.0',
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
    optional: true,
  });
  expect(packages['node_modules/d-darwin-arm64']).toMatchObject({ version: '3.4.5', os: ['darwin'], cpu: ['arm64'] });
});

test('the platform is read from the name', () => {
  expect(platformOf('@a/b-win32-x64-msvc', [])).toEqual({ os: ['win32'], cpu: ['x64'] });
  expect(platformOf('@a/b-android-arm-eabi', [])).toEqual({ os: ['android'], cpu: ['arm'] });
  expect(platformOf('@a/b-linux-arm-musleabihf', [])).toEqual({ os: ['linux'], cpu: ['arm'], libc: ['musl'] });
  expect(platformOf('@a/b-linux-x64', ['@a/b-linux-x64-musl'])).toEqual({
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
  });
  expect(platformOf('@a/b-linux-x64', ['@a/b-darwin-x64'])).toEqual({ os: ['linux'], cpu: ['x64'] });
  expect(() => platformOf('@a/cloud', [])).toThrow('@a/cloud');
});
