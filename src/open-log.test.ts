import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from './open-log.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onereel-log-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('lines are in the file at once, and only its owner can read it', () => {
  const path = join(folder, 'onereel.log');
  openLog(path).info({ id: 12n }, 'attempt.running');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ msg: 'attempt.running' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a full log becomes the one before, while it runs', () => {
  const path = join(folder, 'onereel.log');
  const log = openLog(path, 1000);
  for (let index = 0; index < 100; index += 1) log.info({ index }, 'line');
  expect(statSync(path).size).toBeLessThan(1200);
  expect(statSync(`${path}.1`).size).toBeGreaterThanOrEqual(1000);
  expect(readFileSync(path, 'utf8')).toContain('"index":99');
});

test('a disk that takes nothing costs the line only', () => {
  const path = join(folder, 'onereel.log');
  symlinkSync('/dev/full', path);
  const log = openLog(path);
  log.info('lost');
  log.info('lost too');
});
