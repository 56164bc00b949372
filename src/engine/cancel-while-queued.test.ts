import { expect, test } from 'vitest';
import { fakeChannel, fakeProvider } from '../../test/harness/fake-vendor.ts';
import { askToCancel } from '../application/ask-to-cancel.ts';
import type { ExchangeOutcome, Upstream } from '../application/ports.ts';
import type { CancelOutcome, Observation } from '../domain/provider.ts';

/** A vendor as Ark: one call cancels what waits, refuses what runs, and deletes the record of what has ended. */
const provider = fakeProvider({ cancel: { ...fakeProvider().poll } as never, cancelWithinSeconds: 2 });

interface Call {
  readonly kind: 'look' | 'cancel';
  readonly at: number;
}

/** Asks with a vendor of these answers, each look and cancel taking a time; answers what was seen, and when. */
async function ask(given: {
  readonly looks: readonly Observation['state'][];
  readonly cancels?: readonly CancelOutcome[];
  readonly lookSeconds?: number;
}) {
  let now = 100;
  const calls: Call[] = [];
  const [looks, cancels] = [[...given.looks], [...(given.cancels ?? [])]];
  const upstream: Pick<Upstream, 'exchange'> = {
    exchange: async <_, Result>(call: { startWithinSeconds?: number }, exchange: unknown) => {
      const isCancel = exchange === provider.cancel;
      calls.push({ kind: isCancel ? 'cancel' : 'look', at: now });
      if (isCancel) expect(call.startWithinSeconds).toBeLessThanOrEqual(2);
      now += isCancel ? 0.1 : (given.lookSeconds ?? 0.1);
      const state = looks.length > 1 ? looks.shift() : looks[0];
      const seen = { state, operation: { id: 'a' }, queued: true };
      const result = isCancel ? (cancels.shift() ?? 'unanswered') : seen;
      if (isCancel && state !== undefined) looks.unshift(state);
      return { answered: true, result } as ExchangeOutcome<Result>;
    },
  };
  const word = await askToCancel(
    { upstream: { ...upstream, download: () => Promise.reject(new Error('no files here')) }, seconds: () => now },
    { provider, channel: fakeChannel(), operation: { id: 'a' } },
  );
  return { word, calls };
}

const kinds = (calls: readonly Call[]) => calls.map(({ kind }) => kind);

test('it is cancelled right after a look that said queued', async () => {
  const { word, calls } = await ask({ looks: ['running'], cancels: ['cancelled'] });
  expect(word).toEqual({ kind: 'cancel', outcome: 'accepted' });
  expect(kinds(calls)).toEqual(['look', 'cancel']);
});

test('what has ended is never cancelled, for that would delete its record', async () => {
  const { word, calls } = await ask({ looks: ['succeeded'] });
  expect(word).toMatchObject({ kind: 'poll', observation: { state: 'succeeded' } });
  expect(kinds(calls)).toEqual(['look']);
});

test('a look that took too long is not acted on', async () => {
  const { word, calls } = await ask({ looks: ['running'], cancels: ['cancelled'], lookSeconds: 2.1 });
  expect(word).toBeUndefined();
  expect(kinds(calls)).toEqual(['look', 'look', 'look']);
});

test('a cancel without an answer is repeated only after another look', async () => {
  const { word, calls } = await ask({ looks: ['running'], cancels: ['unanswered', 'cancelled'] });
  expect(word).toEqual({ kind: 'cancel', outcome: 'accepted' });
  expect(kinds(calls)).toEqual(['look', 'cancel', 'look', 'cancel']);
});

test('an unanswered cancel that was done shows at the next look', async () => {
  const { word, calls } = await ask({ looks: ['running', 'cancelled'], cancels: ['unanswered'] });
  expect(word).toMatchObject({ kind: 'poll', observation: { state: 'cancelled' } });
  expect(kinds(calls)).toEqual(['look', 'cancel', 'look']);
});

test('a vendor that does not say how it stands is not asked to cancel', async () => {
  const { word, calls } = await ask({ looks: ['unanswered'] });
  expect(word).toBeUndefined();
  expect(kinds(calls)).toEqual(['look']);
});
