import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { channel, completed, openWorld, plannedRoute, type World } from '../../test/harness/world.ts';
import type { Caller, Claim, Decision } from '../application/ports.ts';
import { microUsd } from '../domain/money.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld((await scratchDatabase({ max: 12 })).database);
});

/** What happens to a project's money, told from the answers of the store alone. */
interface Book {
  readonly caller: Caller;
  held: number;
  spent: number;
  excess: number;
}

/** One history: the books as they must be, and every claim that was ever had. */
interface History {
  readonly books: readonly Book[];
  readonly claims: Claim[];
}

type Event =
  | { readonly kind: 'create'; readonly project: number; readonly held: number; readonly live: boolean }
  | { readonly kind: 'work'; readonly steps: readonly Ending[] }
  | { readonly kind: 'again'; readonly which: number; readonly ending: Ending }
  | { readonly kind: 'leases end' }
  | { readonly kind: 'give up waiting' };

type Ending =
  | { readonly to: 'completed'; readonly share: number; readonly excess: number }
  | { readonly to: 'failed' | 'elsewhere' | 'no room' | 'same' | 'running' | 'nothing' };

const ending: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({
    to: fc.constant('completed' as const),
    share: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1)),
    excess: fc.constantFrom(0, 0, 1, 500),
  }),
  fc.record({ to: fc.constantFrom('failed', 'elsewhere', 'no room', 'same', 'running', 'nothing') }),
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      project: fc.nat(2),
      held: fc.constantFrom(0, 1, 999, 1_000_000, 40_000_000_000),
      live: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('work' as const),
      steps: fc.array(ending, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat(), ending }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'leases end' } as const, { kind: 'give up waiting' } as const) },
);

test('whatever happens, in whatever order and at once: every hold is closed once, and the books agree', async () => {
  await world.channels(channel({ concurrency: 3 }), channel({ name: 'live', livemode: true, concurrency: 3 }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 10 }), run),
    { numRuns: 25, ...seeded() },
  );
});

const seeded = () => (process.env['ONEREEL_SEED'] === undefined ? {} : { seed: Number(process.env['ONEREEL_SEED']) });

async function run(history: readonly (readonly Event[])[]): Promise<void> {
  const callers = [await world.project(), await world.project(), await world.project()];
  const books = callers.map((caller) => ({ caller, held: 0, spent: 0, excess: 0 }));
  const past: History = { books, claims: [] };
  const before = await operator();
  for (const atOnce of history) {
    await Promise.all(atOnce.map((each) => happen(past, each)));
    expect(await world.troubles()).toEqual([]);
  }
  for (const { caller, held, spent } of books) {
    const rows = await world.rows(
      'select kind, sum(balance_micros)::bigint as sum from accounts where project_id = $1 group by kind',
      [caller.projectId],
    );
    const sums = Object.fromEntries(rows.map(({ kind, sum }) => [kind, Number(sum)]));
    expect(sums).toEqual({ grants: 0, available: 0 - held - spent, held, spent });
  }
  const excess = books.reduce((sum, book) => sum + book.excess, 0);
  expect((await operator()) - before).toBe(excess);
  // The next history starts with free slots.
  await endAll(past);
}

const operator = async (): Promise<number> =>
  Number((await world.row(`select coalesce(sum(balance_micros), 0) as sum from accounts where kind = 'revenue'`)).sum);

async function happen(past: History, each: Event): Promise<void> {
  switch (each.kind) {
    case 'create':
      return create(past, each);
    case 'work': {
      await world.work.dispatch();
      const claims = await world.work.claim({ limit: each.steps.length, leaseSeconds: 10, owner: 'test' });
      past.claims.push(...claims);
      await Promise.all(claims.map((claim, index) => end(past, claim, each.steps[index] ?? { to: 'nothing' })));
      return;
    }
    case 'again': {
      const claim = past.claims[each.which % Math.max(1, past.claims.length)];
      // Twice at once: a worker that was slow and did not know it.
      if (claim) await Promise.all([end(past, claim, each.ending), end(past, claim, each.ending)]);
      return;
    }
    case 'leases end':
      return world.advance(11);
    case 'give up waiting':
      return giveUp(past);
  }
}

async function create({ books }: History, { project, held, live }: Extract<Event, { kind: 'create' }>): Promise<void> {
  const book = books[project];
  if (!book) return;
  const caller: Caller = live ? { ...book.caller, livemode: true, kind: 'live' } : book.caller;
  const routes = [plannedRoute({ holdMicros: microUsd(held) }), plannedRoute({ holdMicros: microUsd(held) })];
  await world.create(caller, { heldMicros: microUsd(held), quotedMicros: microUsd(held), routes });
  book.held += held;
}

async function giveUp(past: History): Promise<void> {
  const waiting = await world.rows(
    'select g.id, g.project_id, g.held_micros from queue join generations g on g.id = generation_id',
  );
  for (const { id, project_id, held_micros } of waiting.slice(0, 2)) {
    const book = bookOf(past, project_id);
    if (book && (await world.work.endWaiting(id, { code: 'timed_out' }))) book.held -= Number(held_micros);
  }
}

const bookOf = ({ books }: History, projectId: bigint) => books.find(({ caller }) => caller.projectId === projectId);

/** Ends an attempt as it was told, and books it only if the store says that it was decided. */
async function end(past: History, claim: Claim, how: Ending): Promise<void> {
  const row = await world.row(
    `select g.project_id, g.held_micros, a.ordinal, g.route from attempts a join generations g on g.id = a.generation_id where a.id = $1`,
    [claim.attemptId],
  );
  const book = bookOf(past, row.project_id);
  const held = Number(row.held_micros);
  const decision = decisionOf(how, held);
  if (!book || !decision) return;
  if ((await world.work.decide(claim, decision)) === 'lost') return;
  const isOver = how.to === 'completed' || how.to === 'failed' || (how.to === 'elsewhere' && row.route === 1);
  if (isOver) book.held -= held;
  if (how.to !== 'completed') return;
  book.spent += Math.floor(held * how.share);
  book.excess += excessOf(how, held);
}

/** A vendor that bills more than the hold has it settled in full. */
const excessOf = ({ share, excess }: Extract<Ending, { to: 'completed' }>, held: number): number =>
  Math.floor(held * share) === held ? excess : 0;

function decisionOf(how: Ending, held: number): Decision | undefined {
  const failure = { code: 'vendor_account' } as const;
  switch (how.to) {
    case 'completed':
      return { step: completed(Math.floor(held * how.share), excessOf(how, held)) };
    case 'failed':
      return { step: { to: 'failed', as: 'expired', failure: { code: 'expired' } } };
    case 'elsewhere':
      return { step: { to: 'elsewhere', failure } };
    case 'no room':
      return { step: { to: 'elsewhere', failure, retryAfterSeconds: 0 } };
    case 'same':
      return { step: { to: 'same', answered: false }, lookInSeconds: 0 };
    case 'running':
      return { step: { to: 'running', operation: { id: 1 }, queued: false }, lookInSeconds: 0 };
    case 'nothing':
      return undefined;
  }
}

async function endAll(past: History): Promise<void> {
  for (;;) {
    await world.advance(11);
    const claims = await world.claimAll();
    if (claims.length === 0) return;
    await Promise.all(claims.map((claim) => end(past, claim, { to: 'failed' })));
  }
}

test('the ledger cannot be changed afterwards, nor a group be booked that does not balance', async () => {
  const caller = await world.project();
  await world.create(caller);
  for (const table of ['ledger_entries', 'ledger_transactions']) {
    await expect(world.rows(`delete from ${table}`)).rejects.toThrow('the ledger is append-only');
    await expect(world.rows(`update ${table} set id = id`)).rejects.toThrow('the ledger is append-only');
  }
  const lopsided = world.rows(
    `insert into ledger_entries (transaction_id, account_id, amount_micros)
      select (select max(id) from ledger_transactions), (select max(id) from accounts), 1`,
  );
  await expect(lopsided).rejects.toThrow('does not balance');
});

test('a hold cannot be taken or closed twice, even by a statement of its own', async () => {
  const caller = await world.project();
  const id = await world.create(caller);
  const close = (kind: string) =>
    world.rows('insert into ledger_transactions (kind, generation_id, cause) values ($1, $2, $3)', [kind, id, 'test']);
  await expect(close('hold')).rejects.toThrow('one_hold');
  await close('release');
  await expect(close('settle')).rejects.toThrow('one_close');
});
