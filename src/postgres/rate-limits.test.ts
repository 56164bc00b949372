import { beforeEach, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { openWorld, type World } from '../../test/harness/world.ts';
import type { Caller, RateLimits } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import { rateLimitsOf } from './rate-limits.ts';

let world: World;
let caller: Caller;
let milliseconds: number;

beforeEach(async () => {
  world = await openWorld((await scratchDatabase({ max: 8 })).database);
  caller = { ...(await world.project()), perMinute: 1000 };
  milliseconds = 0;
  await world.rows(`update clock set origin = '2026-11-20 12:00:30Z', base = clock_timestamp()`);
});

const processes = (count: number): RateLimits[] =>
  Array.from({ length: count }, () => rateLimitsOf(world.database, () => milliseconds));

/** How many of so many creates pass. */
async function passing(limits: readonly RateLimits[], tries: number): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: tries }, (_, index) => limits[index % limits.length]?.take(caller)),
  );
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

test('four processes together pass a limit of a thousand, and not one more', async () => {
  const four = processes(4);
  expect(await passing(four, 900)).toBe(900);
  expect(await passing(four, 900)).toBeGreaterThanOrEqual(50);
  expect(await passing(four, 900)).toBe(0);
  const used = Number((await world.row('select in_minute from key_use where key_id = $1', [caller.keyId])).in_minute);
  expect(used).toBe(1000);
});

test('the refusal says how long the minute lasts, and the next minute begins anew', async () => {
  const limits = processes(1);
  expect(await passing(limits, 1001)).toBe(1000);
  const refusal = await limits[0]?.take(caller).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({
    code: 'rate_limited',
    message: 'This key may create 1000 generations a minute, and did. Nothing was sent and nothing is held.',
    headers: {
      'retry-after': expect.stringMatching(/^(2\d|30)$/),
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': expect.stringMatching(/^(2\d|30)$/),
    },
  });
  await world.advance(30);
  milliseconds = 30_000;
  expect(await passing(limits, 1001)).toBe(1000);
});

test('what a process did not use of its slice is lost with the minute, and is at most a hundredth', async () => {
  const four = processes(4);
  expect(await passing(four, 4)).toBe(4);
  const used = Number((await world.row('select in_minute from key_use where key_id = $1', [caller.keyId])).in_minute);
  expect(used).toBe(40);
});

test('smaller limits, and none, are left to admission', async () => {
  const [limits] = processes(1);
  for (const perMinute of [599, undefined]) {
    const { perMinute: _, ...unlimited } = caller;
    await limits?.take({ ...unlimited, ...(perMinute !== undefined && { perMinute }) });
  }
  expect(await world.row('select in_minute from key_use where key_id = $1', [caller.keyId])).toEqual({ in_minute: 0 });
});
