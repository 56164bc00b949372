import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBooking, nextStart } from './booking.ts';
import { createMemoryStore } from './memory-store.ts';

const wish = { vendor: 'v', account: 'a', readyMs: 10, runMs: 100, concurrency: 2 };

test('a free account starts when it is ready', () => {
  expect(nextStart({ lastStartMs: 0, endsMs: [] }, wish)).toBe(10);
});

test('a full account waits for its earliest end', () => {
  expect(nextStart({ lastStartMs: 5, endsMs: [300, 200] }, wish)).toBe(200);
});

test('two processes over one store never run more than the limit, and keep the order', async () => {
  const requests = fc.array(fc.record({ readyMs: fc.nat(500), runMs: fc.integer({ min: 1, max: 300 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 4 }), async (list, concurrency) => {
      const store = createMemoryStore(() => 0);
      const processes = [createBooking(store), createBooking(store)] as const;
      const runs = await Promise.all(
        list.map(async ({ readyMs, runMs }, index) => {
          const book = processes[index % 2 === 0 ? 0 : 1];
          const startMs = await book({ vendor: 'v', account: 'a', readyMs, runMs, concurrency });
          expect(startMs).toBeGreaterThanOrEqual(readyMs);
          return { startMs, endMs: startMs + runMs };
        }),
      );
      for (const { startMs } of runs) {
        const running = runs.filter((run) => run.startMs <= startMs && startMs < run.endMs);
        expect(running.length).toBeLessThanOrEqual(concurrency);
      }
    }),
    { numRuns: 50 },
  );
});
