import fc from 'fast-check';

/** Something that happens to the money of three projects, by a process that may be killed. */
export type Event = (
  | {
      readonly kind: 'create';
      readonly who: number;
      readonly held: number;
      readonly key: number;
      readonly count: number;
    }
  | { readonly kind: 'work'; readonly rounds: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'cancel' | 'refund'; readonly which: number }
  | { readonly kind: 'late'; readonly which: number; readonly credits: number }
) & {
  /** The process that does it is killed after so many statements. */
  readonly crash: number | undefined;
};

const crash = fc.option(fc.nat(24), { nil: undefined, freq: 2 });
const which = fc.nat(40);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      who: fc.nat(2),
      held: fc.constantFrom(0, 1, 999, 1000, 3000),
      // Of three Idempotency-Keys, or none.
      key: fc.nat(7),
      count: fc.integer({ min: 1, max: 3 }),
      crash,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('work' as const), rounds: fc.integer({ min: 1, max: 6 }), crash }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      // A moment, a lease, a while, past the horizon of the sandbox, past midnight.
      seconds: fc.constantFrom(1, 11, 11, 60, 300, 3700, 13 * 3600),
      crash: fc.constant(undefined),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'refund' as const), which, crash }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('late' as const), which, credits: fc.constantFrom(0, 700), crash }),
  },
);

const limits = fc.record({
  grant: fc.option(fc.constantFrom(2500, 25_000), { nil: undefined, freq: 1 }),
  budget: fc.option(fc.constantFrom(4000, 15_000), { nil: null, freq: 1 }),
  daily: fc.option(fc.constantFrom(3000, 8000), { nil: null, freq: 1 }),
  inFlight: fc.option(fc.constantFrom(1, 4), { nil: null, freq: 1 }),
});
/** What a key and its project may spend. */
export type Limits = typeof limits extends fc.Arbitrary<infer T> ? T : never;

/** Batches of what happens at once. `seed` makes the vendor's moods. */
export const history = fc.record({
  seed: fc.nat(),
  limits: fc.tuple(limits, limits, limits),
  batches: fc.array(fc.array(event, { minLength: 2, maxLength: 5 }), { minLength: 10, maxLength: 18 }),
});
export type History = typeof history extends fc.Arbitrary<infer T> ? T : never;
