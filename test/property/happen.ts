import { advanceAttempt } from '../../src/application/advance-attempt.ts';
import { type Held, witness } from '../../src/application/attempt-step.ts';
import { cancelGeneration } from '../../src/application/cancel-generation.ts';
import type { EngineContext } from '../../src/application/context.ts';
import type { Caller, Claim, GenerationStore, WorkStore } from '../../src/application/ports.ts';
import { microUsd } from '../../src/domain/money.ts';
import { wishCancel } from '../../src/postgres/attempts/cancel.ts';
import { workStore } from '../../src/postgres/attempts/work-store.ts';
import type { Database } from '../../src/postgres/database.ts';
import { generationStore } from '../../src/postgres/generations.ts';
import { bookRefund } from '../../src/postgres/ledger.ts';
import { crashingDatabase } from '../harness/crashing-database.ts';
import { type EngineWorld, fakeRoute, videoAt } from '../harness/engine-world.ts';
import { newGeneration } from '../harness/world.ts';
import type { Event } from './history-events.ts';

/** What happened so far. */
export interface Past {
  readonly world: EngineWorld;
  readonly callers: readonly Caller[];
  readonly held: Held[];
}

/** A process of its own, which may be killed. */
function processOf({ world }: Past, crashAfter: number | undefined) {
  const database: Database = crashingDatabase(world.database, crashAfter);
  const store: GenerationStore = generationStore(database, world.installation.vault);
  const work: WorkStore = workStore(database, world.installation);
  const ctx: EngineContext = {
    ...world.parts,
    work,
    isStopping: () => false,
    seconds: () => performance.now() / 1000,
    pause: async () => {},
    gate: { hold: (_, task) => task() },
  };
  return { database, store, work, ctx };
}

export async function happen(past: Past, each: Event): Promise<void> {
  const { world } = past;
  const own = processOf(past, each.crash);
  switch (each.kind) {
    case 'create':
      await Promise.all(Array.from({ length: each.count }, () => create(past, own.store, each)));
      return;
    case 'work':
      for (let round = 1; round <= each.rounds; round += 1) await workOnce(past, own);
      return;
    case 'pass':
      return world.advance(each.seconds);
    case 'cancel':
      return cancel(past, own, each.which);
    case 'refund':
      return refund(past, own.database, each.which);
    case 'late':
      return comeLate(past, own.ctx, each);
  }
}

async function create(
  { callers }: Past,
  store: GenerationStore,
  { who, held, key }: Extract<Event, { kind: 'create' }>,
): Promise<void> {
  const caller = callers[who];
  if (!caller) return;
  const heldMicros = microUsd(held);
  const route = { ...fakeRoute(), cost: { currency: 'USD' as const, micros: held }, holdMicros: heldMicros };
  const idempotency = { key: `${key}`, requestHash: `${held}` };
  const id = await store.nextId();
  await store.create(
    newGeneration(caller, {
      id,
      routes: [route],
      heldMicros,
      quotedMicros: heldMicros,
      ...(key < 3 && { idempotency }),
    }),
  );
}

async function workOnce(past: Past, { work, ctx }: ReturnType<typeof processOf>): Promise<void> {
  await work.dispatch();
  const claims = await work.claim({ limit: 8, leaseSeconds: 10, owner: 'test' });
  await Promise.all(claims.map((claim) => advance(past, ctx, claim)));
  await past.world.advance(1);
}

/** As the admin API does, and twice at once: a key that was pressed again. */
async function refund({ world }: Past, database: Database, index: number): Promise<void> {
  const rows = await world.rows(
    `select id from generations where state = 'completed' order by settled_micros desc, id`,
  );
  const generationId = rows[index % Math.max(1, rows.length)]?.id ?? 1n;
  const micros = index % 3 === 0 ? { micros: index } : {};
  const once = () => database.transaction((tx) => bookRefund(tx, { generationId, cause: 'a test', ...micros }));
  await Promise.all([once(), once()]);
}

/** Carries on with one claim, and remembers what was known then. */
async function advance({ held }: Past, ctx: EngineContext, claim: Claim): Promise<void> {
  const file = await ctx.work.read(claim);
  const provider = file && ctx.providers.get(file.route.provider);
  const [model] = provider?.models ?? [];
  if (file && provider && model) held.push({ claim, file, provider, model });
  await advanceAttempt(ctx, claim);
}

/** A worker that was slow, or whose claim ended long ago, sees that the vendor has finished, and billed. */
async function comeLate(
  { held }: Past,
  ctx: EngineContext,
  { which: index, credits }: Extract<Event, { kind: 'late' }>,
) {
  const atVendor = held.filter(({ file }) => file.attempt.operation !== undefined);
  const chosen = atVendor[index % Math.max(1, atVendor.length)];
  const operation = chosen?.file.attempt.operation;
  if (!chosen || operation === undefined) return;
  const outputs = [videoAt('https://vendor.example/good.mp4')];
  await witness(ctx, chosen, {
    kind: 'poll',
    observation: { state: 'succeeded', operation, outputs, usage: { credits } },
  });
}

async function cancel(past: Past, own: ReturnType<typeof processOf>, index: number): Promise<void> {
  const { world } = past;
  const chosen = await anyGeneration(past, index);
  if (!chosen) return;
  let seconds = 0;
  const { upstream, providers, log } = world.parts;
  await cancelGeneration(
    {
      generations: own.store,
      log,
      cancelling: {
        upstream,
        providers,
        wish: (scope, id) => wishCancel(own.database, world.installation, { scope, id }),
        observe: async (attemptId, evidence, lost) => {
          await own.work.observe({ attemptId, number: -1n }, evidence, lost);
        },
        pause: async (pause) => {
          seconds += pause + 1;
        },
        seconds: () => seconds,
      },
    },
    chosen.caller,
    chosen.id,
  );
}

async function anyGeneration({ world, callers }: Past, index: number) {
  const rows = await world.rows('select id, project_id from generations order by id');
  const chosen = rows[index % Math.max(1, rows.length)];
  const caller = callers.find(({ projectId }) => projectId === chosen?.project_id);
  return caller && { id: BigInt(chosen.id), caller };
}
