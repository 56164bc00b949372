import { expect, test } from 'vitest';
import { DatabaseAway } from '../application/database-away.ts';
import { patiently } from './patience.ts';

test('a read is asked again until the database is back', async () => {
  let asked = 0;
  const answer = await patiently(5, async () => {
    asked += 1;
    if (asked < 3) throw new DatabaseAway('restarting');
    return 'here';
  });
  expect([answer, asked]).toEqual(['here', 3]);
});

test('a question that hangs ends with the time', async () => {
  const began = performance.now();
  await expect(patiently(0.2, () => new Promise(() => {}))).rejects.toThrow(DatabaseAway);
  expect(performance.now() - began).toBeLessThan(2000);
});

test('an error of another kind is not asked again', async () => {
  let asked = 0;
  const asking = patiently(5, async () => {
    asked += 1;
    throw new Error('syntax');
  });
  await expect(asking).rejects.toThrow('syntax');
  expect(asked).toBe(1);
});
