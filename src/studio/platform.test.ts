import { expect, test } from 'vitest';
import { availabilityOn, type Machine } from './platform.ts';

const machine: Machine = { platform: 'linux', arch: 'x64', glibc: '2.36', has: () => true };

test('a machine with the encoder can encode', () => {
  expect(availabilityOn(machine)).toEqual({ available: true });
  expect(availabilityOn({ ...machine, platform: 'darwin', arch: 'arm64', glibc: undefined })).toEqual({
    available: true,
  });
});

test.each([
  [{ platform: 'win32' }, 'There is no video encoder for win32-x64.', 'Run Onereel in a Linux container'],
  [{ glibc: undefined }, 'this machine has another C library (Alpine has musl)', 'Run Onereel in a Linux container'],
  [{ glibc: '2.28' }, 'needs glibc 2.29 or newer, and this machine has glibc 2.28', 'Run Onereel in a Linux container'],
  [{ has: () => false }, '@node-webcodecs/static-linux-x64 with the video encoder is not installed', 'npm ci'],
])('%o cannot, and is told why and what to do', (some, reason, fix) => {
  const found = availabilityOn({ ...machine, ...some });
  expect(found).toMatchObject({ available: false });
  if (found.available) return;
  expect(found.reason).toContain(reason);
  expect(found.fix).toContain(fix);
});
