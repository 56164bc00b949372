import { expect, test } from 'vitest';
import { LastSeenMemory } from './last-seen-memory.ts';

const LARGE = 'x'.repeat(100_000);

test('of many small ones the latest are known', () => {
  const memory = new LastSeenMemory<number>({ most: 3, mostBytes: 1_000_000 });
  for (let number = 1; number <= 5; number += 1) memory.set(`key ${number}`, number);
  expect([1, 2, 3, 4, 5].map((number) => memory.get(`key ${number}`))).toEqual([undefined, undefined, 3, 4, 5]);
});

test('of large ones so many are known as there is room for, wherever in them their text stands', () => {
  const memory = new LastSeenMemory<object>({ most: 1000, mostBytes: 1_000_000 });
  for (let number = 0; number < 100; number += 1) memory.set(`${number}`, { number, inputs: [{ memory: { LARGE } }] });
  const known = Array.from({ length: 100 }, (_, number) => number).filter((number) => memory.get(`${number}`));
  expect(known).toEqual([96, 97, 98, 99]);
});

test('one that is seen again takes its place anew, and its room once', () => {
  const memory = new LastSeenMemory<string>({ most: 1000, mostBytes: 500_000 });
  memory.set('a', LARGE);
  for (let times = 0; times < 50; times += 1) memory.set('b', LARGE);
  expect(memory.get('a')).toBe(LARGE);
  memory.set('a', LARGE);
  memory.set('c', LARGE);
  expect([memory.get('a'), memory.get('b')]).toEqual([LARGE, undefined]);
});

test('one that has no room at all is not kept, and takes none', () => {
  const memory = new LastSeenMemory<string>({ most: 1000, mostBytes: 50_000 });
  memory.set('small', 'x');
  memory.set('large', LARGE);
  expect([memory.get('large'), memory.get('small')]).toEqual([undefined, 'x']);
});
