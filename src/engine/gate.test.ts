import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openGate } from './gate.ts';

test('what is held at once never weighs more than the room, and everybody gets in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 150 }), { maxLength: 30 }), async (weights) => {
      const gate = openGate(100);
      let held = 0;
      let most = 0;
      let done = 0;
      await Promise.all(
        weights.map((weight) =>
          gate.hold(weight, async () => {
            held += Math.min(weight, 100);
            most = Math.max(most, held);
            await Promise.resolve();
            held -= Math.min(weight, 100);
            done += 1;
          }),
        ),
      );
      expect(most).toBeLessThanOrEqual(100);
      expect(done).toBe(weights.length);
    }),
  );
});

test('work that throws makes room again', async () => {
  const gate = openGate(10);
  await expect(gate.hold(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate.hold(10, async () => 'in')).toBe('in');
});
