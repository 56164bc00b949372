import { expect, test } from 'vitest';
import { renderCredits } from './credits.ts';

const remains = (availableMicros: number | undefined, markup: number): number | undefined =>
  renderCredits(
    {
      projectId: 1n,
      projectCreatedAt: 0,
      running: 0,
      queued: 0,
      concurrency: 5,
      ...(availableMicros !== undefined && { availableMicros }),
    },
    { livemode: true, markup, showDetail: false },
  ).remains[0]?.credit_remain;

test('credits are what the money buys at the project’s markup', () => {
  // $10 at $0.005 for a credit.
  expect(remains(10_000_000, 1)).toBe(2000);
  expect(remains(10_000_000, 1.25)).toBe(1600);
  expect(remains(4_999, 1)).toBe(0);
  expect(remains(-1, 1)).toBe(0);
});

test('without a limit, or where nothing costs anything, there are plenty', () => {
  expect(remains(undefined, 1)).toBe(100_000_000);
  expect(remains(10_000_000, 0)).toBe(100_000_000);
});
