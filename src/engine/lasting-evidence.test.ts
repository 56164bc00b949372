import { expect, test } from 'vitest';
import { DatabaseAway } from '../application/database-away.ts';
import type { Claim, WorkStore } from '../application/ports.ts';
import { lastingEvidence } from './lasting-evidence.ts';

const claim: Claim = { attemptId: 1n, number: 1n };
const evidence = { kind: 'outcome_unknown', reason: 'a test' } as const;

/** A store whose `observe` fails so many times first. */
function failing(times: number, error: Error): { work: WorkStore; asked: () => number } {
  let asked = 0;
  const observe: WorkStore['observe'] = async () => {
    asked += 1;
    if (asked <= times) throw error;
    return 7n;
  };
  // Only `observe` is asked for here.
  return { work: { observe } as Partial<WorkStore> as WorkStore, asked: () => asked };
}

test('evidence is written once the database is back', async () => {
  const { work, asked } = failing(2, new DatabaseAway('restarting'));
  expect(await lastingEvidence(work, { seconds: 10 }).observe(claim, evidence)).toBe(7n);
  expect(asked()).toBe(3);
});

test('a database that stays away is given up when the time is over', async () => {
  const { work } = failing(Number.POSITIVE_INFINITY, new DatabaseAway('gone'));
  await expect(lastingEvidence(work, { seconds: 0.3 }).observe(claim, evidence)).rejects.toThrow('gone');
});

test('what the database refuses is not repeated', async () => {
  const { work, asked } = failing(1, new Error('violates a constraint'));
  await expect(lastingEvidence(work, { seconds: 10 }).observe(claim, evidence)).rejects.toThrow('violates');
  expect(asked()).toBe(1);
});
