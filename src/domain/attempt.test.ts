import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ATTEMPT_STATES, type Attempt, absorb, type Evidence, type Step } from './attempt.ts';
import { FAILURES, type FailureCode } from './failure.ts';
import type { Observation } from './provider.ts';

/** Rare turns matter here, and a run costs microseconds. */
fc.configureGlobal({ numRuns: 3000 });

const vendorState = fc.option(fc.constantFrom('queueing', 'processing'), { nil: undefined });
const operation = fc.constantFrom({ id: 'a' }, { id: 'b' });
const code = fc.constantFrom(...(Object.keys(FAILURES) as FailureCode[]));
const output = { role: 'video', mediaType: 'video/mp4', from: { url: 'https://vendor.example/1.mp4' } } as const;

const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc
    .record({ operation, progress: fc.option(fc.nat(100), { nil: undefined }), queued: fc.boolean(), vendorState })
    .map((seen) => withoutAbsent({ state: 'running' as const, ...seen })),
  fc.constantFrom([], [output]).map((outputs) => ({ state: 'succeeded' as const, outputs })),
  code.map((each) => ({ state: 'failed' as const, failure: { code: each } })),
  fc.constantFrom({ state: 'cancelled' as const }, { state: 'expired' as const }),
  unanswered(),
);

function unanswered(): fc.Arbitrary<Observation> {
  return fc
    .record({ started: fc.constantFrom('no', 'maybe'), retryAfterSeconds: fc.option(fc.nat(900), { nil: undefined }) })
    .map((seen) => withoutAbsent({ state: 'unanswered' as const, reason: 'HTTP 503', ...seen }));
}

/** fast-check's records have members that are undefined; observations leave them out. */
const withoutAbsent = (value: object): Observation =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Observation;

const evidence: fc.Arbitrary<Evidence> = fc.oneof(
  observation.map((seen) => ({ kind: 'submit' as const, observation: seen })),
  observation.map((seen) => ({ kind: 'poll' as const, observation: seen })),
  fc.constant({ kind: 'outcome_unknown' as const, reason: 'the line dropped' }),
  operation.map((found) => ({ kind: 'found' as const, operation: found })),
  fc.constant({ kind: 'not_found' as const }),
  fc.constantFrom('accepted' as const, 'too-late' as const).map((outcome) => ({ kind: 'cancel' as const, outcome })),
);

const begun: Attempt = {
  id: 1n,
  generationId: 2n,
  state: 'submitting',
  progress: 0,
  looks: 0,
  unanswered: 0,
  outputs: [],
};

/** What the store does with a step. */
function apply(attempt: Attempt, step: Step | undefined): Attempt {
  switch (step?.to) {
    case undefined:
    case 'same':
    case 'uncancellable':
      return attempt;
    case 'cancelling':
      return { ...attempt, cancelAccepted: true };
    case 'running':
      return { ...attempt, state: 'running', operation: step.operation, progress: step.progress ?? attempt.progress };
    case 'unconfirmed':
      return { ...attempt, state: 'unconfirmed' };
    case 'collecting':
      return { ...attempt, ...step, state: 'collecting' };
    case 'elsewhere':
    case 'failed':
      return { ...attempt, state: 'failed' };
  }
}

const after = (attempt: Attempt, each: Evidence): Attempt => apply(attempt, absorb(attempt, each));
const history = fc.array(evidence, { maxLength: 12 });
/** An attempt as it may come to be: by evidence alone, from the moment its create is on its way. */
const anyAttempt = history.map((seen) => seen.reduce(after, begun));

test('the same evidence twice changes nothing more', () => {
  fc.assert(
    fc.property(anyAttempt, evidence, (attempt, each) => {
      const once = after(attempt, each);
      expect(after(once, each)).toEqual(once);
    }),
  );
});

test('what has ended never changes', () => {
  fc.assert(
    fc.property(fc.constantFrom('succeeded', 'failed'), evidence, (state, each) => {
      expect(absorb({ ...begun, state }, each)).toBeUndefined();
    }),
  );
});

test('a question without an answer never changes an attempt, whatever came before', () => {
  fc.assert(
    fc.property(anyAttempt, unanswered(), (attempt, seen) => {
      expect(after(attempt, { kind: 'poll', observation: seen })).toEqual(attempt);
    }),
  );
});

test('no evidence ever leads back to a second create: only a sure refusal goes elsewhere', () => {
  fc.assert(
    fc.property(anyAttempt, evidence, (attempt, each) => {
      const step = absorb(attempt, each);
      expect(after(attempt, each).state).not.toBe('assigned');
      expect(after(attempt, each).state === 'submitting' && attempt.state !== 'submitting').toBe(false);
      if (step?.to !== 'elsewhere') return;
      if (each.kind !== 'submit') throw new Error('only the answer to a create goes elsewhere');
      const { observation: seen } = each;
      const isRefused = seen.state === 'unanswered' && seen.started === 'no';
      const isAccount = seen.state === 'failed' && FAILURES[seen.failure.code].elsewhere;
      expect(isRefused || isAccount).toBe(true);
      // And never once the vendor has given us a handle of it.
      expect(attempt.operation).toBeUndefined();
    }),
  );
});

test('an unknown outcome is looked for until a verdict or the work itself is found', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(unknowns(), fc.constant({ kind: 'not_found' } as const))), (seen) => {
      const attempt = seen.reduce<Attempt>(after, after(begun, { kind: 'outcome_unknown', reason: '' }));
      expect(attempt.state).toBe('unconfirmed');
      expect(after(attempt, { kind: 'found', operation: { id: 'a' } })).toMatchObject({
        state: 'running',
        operation: { id: 'a' },
      });
    }),
  );
});

function unknowns(): fc.Arbitrary<Evidence> {
  return fc.constantFrom<Evidence>(
    { kind: 'outcome_unknown', reason: 'again' },
    { kind: 'submit', observation: { state: 'unanswered', started: 'maybe', reason: 'HTTP 502' } },
    { kind: 'poll', observation: { state: 'running', operation: { id: 'a' } } },
  );
}

test('the answer of a sender that had lost its claim is taken even after the attempt was given up for unknown', () => {
  const unknown = after(begun, { kind: 'outcome_unknown', reason: '' });
  const answer: Evidence = { kind: 'submit', observation: { state: 'running', operation: { id: 'late' } } };
  expect(after(unknown, answer)).toMatchObject({ state: 'running', operation: { id: 'late' } });
});

test('progress never goes backwards, and a vendor that is done never runs again', () => {
  fc.assert(
    fc.property(anyAttempt, evidence, (attempt, each) => {
      const next = after(attempt, each);
      expect(next.progress).toBeGreaterThanOrEqual(attempt.progress);
      if (attempt.state === 'collecting') expect(['collecting', 'failed']).toContain(next.state);
      const order = ATTEMPT_STATES.indexOf.bind(ATTEMPT_STATES);
      expect(order(next.state)).toBeGreaterThanOrEqual(order(attempt.state));
    }),
  );
});

test.each([
  ['content_rejected', 'failed'],
  ['input_unreachable', 'failed'],
  ['input_rejected', 'failed'],
  ['vendor_failed', 'failed'],
  ['vendor_account', 'elsewhere'],
] as const)('a create that is refused with %s: %s', (each, to) => {
  const refused: Evidence = { kind: 'submit', observation: { state: 'failed', failure: { code: each } } };
  expect(absorb(begun, refused)).toMatchObject({ to, failure: { code: each } });
});

test('a verdict on work that was begun is final, the account excuse too', () => {
  const running = after(begun, { kind: 'submit', observation: { state: 'running', operation: { id: 'a' } } });
  const verdict: Evidence = { kind: 'poll', observation: { state: 'failed', failure: { code: 'vendor_account' } } };
  expect(absorb(running, verdict)).toMatchObject({ to: 'failed', as: 'failed' });
});

test('a cancel that the vendor took makes its failure ours, and nothing else', () => {
  fc.assert(
    fc.property(anyAttempt, observation, (attempt, seen) => {
      const poll: Evidence = { kind: 'poll', observation: seen };
      const plain = absorb({ ...attempt, cancelAccepted: false }, poll);
      const cancelled = absorb({ ...attempt, cancelAccepted: true }, poll);
      if (plain?.to === 'failed' && seen.state === 'failed') expect(cancelled).toMatchObject({ as: 'cancelled' });
      else expect(cancelled).toEqual(plain);
    }),
  );
});

test('only what runs at the vendor can be cancelled there', () => {
  fc.assert(
    fc.property(anyAttempt, fc.constantFrom('accepted' as const, 'too-late' as const), (attempt, outcome) => {
      const step = absorb(attempt, { kind: 'cancel', outcome });
      if (step !== undefined) expect(attempt.state).toBe('running');
    }),
  );
});
