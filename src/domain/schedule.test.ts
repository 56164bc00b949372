import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CONFIRMATION_MIN_LOOKS,
  CONFIRMATION_MIN_SECONDS,
  nextCollectSeconds,
  nextConfirmationLookSeconds,
  nextLookSeconds,
} from './schedule.ts';

const look = fc.record({
  runningSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  usualSeconds: fc.double({ min: 0.01, max: 3600, noNaN: true }),
  unanswered: fc.nat(1000),
  retryAfterSeconds: fc.nat(1e9),
  pace: fc.double({ min: 0.001, max: 1, noNaN: true }),
});

test('a look is always ahead, and never hours away but before the usual time', () => {
  fc.assert(
    fc.property(look, (each) => {
      const seconds = nextLookSeconds(each);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(Math.max(600, each.usualSeconds));
    }),
  );
});

test('the first look falls near the usual time, and the looks around it are close', () => {
  const usual = { usualSeconds: 100, unanswered: 0, pace: 1 };
  expect(nextLookSeconds({ ...usual, runningSeconds: 0 })).toBe(60);
  expect(nextLookSeconds({ ...usual, runningSeconds: 50 })).toBe(10);
  expect(nextLookSeconds({ ...usual, runningSeconds: 90 })).toBe(8);
  expect(nextLookSeconds({ ...usual, runningSeconds: 1000 })).toBe(25);
});

test('a fast sandbox is asked ever less often about what does not end', () => {
  const sandbox = { usualSeconds: 0.2, unanswered: 0, pace: 0.015 };
  expect([0.2, 2, 10, 60].map((runningSeconds) => nextLookSeconds({ ...sandbox, runningSeconds }))).toEqual([
    0.015, 0.1, 0.5, 1,
  ]);
});

test('unanswered looks back off, up to a minute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 500].map((unanswered) =>
    nextLookSeconds({ runningSeconds: 100, usualSeconds: 100, unanswered, pace: 1 }),
  );
  expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
});

test("a vendor's Retry-After is kept, but does not stop us for hours", () => {
  const late = { runningSeconds: 100, usualSeconds: 100, unanswered: 1, pace: 1 };
  expect(nextLookSeconds({ ...late, retryAfterSeconds: 45 })).toBe(45);
  expect(nextLookSeconds({ ...late, retryAfterSeconds: 999_999 })).toBe(600);
});

test('looking for a create takes at least three looks over at least ten minutes, and not an hour', () => {
  let seconds = 0;
  let looks = 0;
  while (looks < CONFIRMATION_MIN_LOOKS || seconds < CONFIRMATION_MIN_SECONDS) {
    seconds += nextConfirmationLookSeconds(looks);
    looks += 1;
  }
  expect(looks).toBeGreaterThanOrEqual(3);
  expect(seconds).toBeGreaterThanOrEqual(600);
  expect(seconds).toBeLessThan(3600);
  // The first is soon: most that is found is found at once.
  expect(nextConfirmationLookSeconds(0)).toBeLessThanOrEqual(5);
});

test('a file that cannot be fetched is tried ever less often, up to five minutes', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (failures) => {
      expect(nextCollectSeconds(failures + 1, 1)).toBeGreaterThanOrEqual(nextCollectSeconds(failures, 1));
      expect(nextCollectSeconds(failures, 1)).toBeLessThanOrEqual(300);
    }),
  );
});
