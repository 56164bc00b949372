import { expect, test } from 'vitest';
import { grouped } from './grouped.ts';

const options = { most: 3, lanes: 1, isFinal: () => false };

test('what comes in one turn is done together, in order, and in groups of at most so many', async () => {
  const groups: number[][] = [];
  const run = grouped<number, number>({
    ...options,
    run: async (items) => {
      groups.push([...items]);
      return items.map((item) => item * 2);
    },
  });
  expect(await Promise.all([1, 2, 3, 4, 5].map(run))).toEqual([2, 4, 6, 8, 10]);
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('what comes while every lane is busy is one group when a lane is free', async () => {
  const groups: number[] = [];
  const ends: (() => void)[] = [];
  const run = grouped<number, number>({
    ...options,
    most: 100,
    lanes: 2,
    run: async (items) => {
      groups.push(items.length);
      await new Promise<void>((resolve) => ends.push(resolve));
      return items;
    },
  });
  const one = run(1);
  await expect.poll(() => groups).toEqual([1]);
  const two = run(2);
  await expect.poll(() => groups).toEqual([1, 1]);
  const rest = Array.from({ length: 50 }, (_, index) => run(index));
  ends.shift()?.();
  await expect.poll(() => groups).toEqual([1, 1, 50]);
  for (const end of ends) end();
  expect(await Promise.all([one, two, ...rest])).toHaveLength(52);
});

test('one bad item fails alone', async () => {
  const run = grouped<number, number>({
    ...options,
    run: async (items) => {
      if (items.includes(2)) throw new Error('two');
      return items;
    },
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(run));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a failure that says nothing about items fails all, once', async () => {
  let calls = 0;
  const run = grouped<number, number>({
    ...options,
    isFinal: () => true,
    run: async () => {
      calls += 1;
      throw new Error('away');
    },
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(run));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(calls).toBe(1);
});
