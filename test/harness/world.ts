import { createHash, randomUUID } from 'node:crypto';
import type {
  Caller,
  Claim,
  CompleteStep,
  GenerationStore,
  NewGeneration,
  WorkStore,
} from '../../src/application/ports.ts';
import type { PlannedRoute } from '../../src/domain/generation.ts';
import { microUsd } from '../../src/domain/money.ts';
import { configureChannels, type WantedChannel } from '../../src/postgres/channels.ts';
import type { Database } from '../../src/postgres/database.ts';
import { generationStore } from '../../src/postgres/generations.ts';
import { type Installation, openInstallation } from '../../src/postgres/installation.ts';
import { workStore } from '../../src/postgres/work/work-store.ts';

/** A set-up installation, as tests of the store and the engine want it. */
export interface World {
  readonly database: Database;
  readonly installation: Installation;
  readonly store: GenerationStore;
  readonly work: WorkStore;
  /** A new project with a test key. */
  project(name?: string): Promise<Caller>;
  /** Makes the channels exactly these. */
  channels(...wanted: readonly WantedChannel[]): Promise<void>;
  create(caller: Caller, more?: Partial<NewGeneration>): Promise<bigint>;
  /** Gives out slots and claims all that is due. */
  claimAll(leaseSeconds?: number): Promise<readonly Claim[]>;
  /** Moves the one clock on. */
  advance(seconds: number): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: rows of every shape
  rows(text: string, values?: readonly unknown[]): Promise<readonly any[]>;
  /** The only row of a statement. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of every shape
  row(text: string, values?: readonly unknown[]): Promise<any>;
}

const SECRET = 'a secret of at least 24 characters';

export async function openWorld(database: Database): Promise<World> {
  const installation = await openInstallation(database, SECRET);
  const gateway = randomUUID();
  const store = generationStore(database, installation.vault);
  const work = workStore(database, installation);
  const rows: World['rows'] = (text, values) => database.query({ text, ...(values && { values }) });
  return {
    database,
    installation,
    store,
    work,
    project: (name = randomUUID()) => project(rows, name),
    channels: async (...wanted) => {
      await configureChannels(database, { vault: installation.vault, gateway, wanted });
    },
    create: async (caller, more = {}) => {
      const id = more.id ?? (await store.nextId());
      await store.create(newGeneration(caller, { id, ...more }));
      return id;
    },
    claimAll: async (leaseSeconds = 10) => {
      await work.dispatch();
      return work.claim({ limit: 1000, leaseSeconds, owner: 'test' });
    },
    advance: async (seconds) => {
      await rows('update clock set origin = origin + make_interval(secs => $1)', [seconds]);
    },
    rows,
    row: async (text, values) => (await rows(text, values))[0],
  };
}

async function project(rows: World['rows'], name: string): Promise<Caller> {
  const [made] = await rows('insert into projects (name) values ($1) returning id', [name]);
  const [key] = await rows(
    `insert into api_keys (project_id, kind, hash, name) values ($1, 'test', $2, 'test') returning id`,
    [made.id, createHash('sha256').update(randomUUID()).digest()],
  );
  return { projectId: made.id, livemode: false, keyId: key.id, kind: 'test' };
}

export const channel = (more: Partial<WantedChannel> = {}): WantedChannel => ({
  name: 'sandbox-vidu',
  provider: 'vidu',
  livemode: false,
  origins: {},
  settings: {},
  concurrency: 10,
  credentials: { apiKey: 'vda_test' },
  ...more,
});

export const plannedRoute = (more: Partial<PlannedRoute> = {}): PlannedRoute => ({
  provider: 'vidu',
  model: 'viduq3-turbo',
  request: {
    mode: 'text',
    prompt: 'a fox in the snow',
    inputs: [],
    seconds: 4,
    resolution: '720p',
    aspectRatio: '16:9',
    audio: true,
    offPeak: false,
    options: {},
  },
  cost: { currency: 'USD', micros: 1000 },
  usdPerUnit: 1,
  holdMicros: microUsd(1000),
  ...more,
});

export const newGeneration = (
  caller: Caller,
  more: Partial<NewGeneration> & { readonly id: bigint },
): NewGeneration => ({
  caller,
  dialect: 'uniall',
  model: 'viduq3t-720p',
  routes: [plannedRoute()],
  warnings: [],
  quotedMicros: microUsd(1000),
  heldMicros: microUsd(1000),
  inputIds: [],
  ...more,
});

/** A finished file that cost this much. */
export const completed = (settle = 700, excess = 0): CompleteStep => ({
  to: 'completed',
  outputs: [
    {
      role: 'video',
      storageKey: 'outputs/1/2/3-video.mp4',
      mediaType: 'video/mp4',
      bytes: 1234,
      sha256: 'ab'.repeat(32),
      facts: { kind: 'video', seconds: 4 },
    },
  ],
  cost: { currency: 'USD', micros: settle + excess },
  settleMicros: microUsd(settle),
  excessMicros: microUsd(excess),
});

/** Everything that must hold of the books and the work at any moment, in one statement; what does not is named. */
export const TROUBLES = `
  select 'account ' || kind || ' differs from its entries' as trouble from accounts a
    where balance_micros <> (select coalesce(sum(amount_micros), 0) from ledger_entries e where e.account_id = a.id)
  union all select 'transaction ' || transaction_id || ' does not balance' from ledger_entries
    group by transaction_id having sum(amount_micros) <> 0
  union all select 'generation ' || g.id || ' (' || g.state || ') has ' || count(t.id) || ' closes' from generations g
    left join ledger_transactions t on t.generation_id = g.id and t.kind in ('settle', 'release')
    group by g.id having count(t.id) <> case when g.state in ('queued', 'in_progress') then 0 else 1 end
  union all select 'generation ' || g.id || ' was not held once' from generations g
    where 1 <> (select count(*) from ledger_transactions t where t.generation_id = g.id and t.kind = 'hold')
  union all select 'completed generation ' || g.id || ' was not settled' from generations g
    where (g.state = 'completed') <> exists (select from ledger_transactions t where t.generation_id = g.id and t.kind = 'settle')
  union all select 'project ' || p.id || ' holds another amount than its open generations' from projects p
    cross join (values (true), (false)) as m (livemode)
    where coalesce((select balance_micros from accounts a where a.project_id = p.id and a.livemode = m.livemode and a.kind = 'held'), 0)
      <> coalesce((select sum(held_micros) from generations g where g.project_id = p.id and g.livemode = m.livemode
        and g.state in ('queued', 'in_progress')), 0)
  union all select 'key ' || k.id || ' counts otherwise than its generations' from api_keys k join key_use u on u.key_id = k.id
    left join generations g on g.key_id = k.id group by k.id, u.key_id
    having u.in_flight <> count(g.id) filter (where g.ended_at is null) or u.committed_micros <>
      coalesce(sum(case when g.ended_at is null then g.held_micros else coalesce(g.settled_micros, 0) end), 0)
  union all select 'open generation ' || g.id || ' neither waits nor is worked on, or both' from generations g
    where g.state in ('queued', 'in_progress') and 1 <> (select count(*) from queue q where q.generation_id = g.id)
      + (select count(*) from attempts a where a.generation_id = g.id and a.state not in ('succeeded', 'failed'))
  union all select 'ended generation ' || g.id || ' still waits or is worked on' from generations g
    where g.state not in ('queued', 'in_progress') and (exists (select from queue q where q.generation_id = g.id)
      or exists (select from attempts a where a.generation_id = g.id and a.state not in ('succeeded', 'failed')))
  union all select 'attempt ' || a.id || ' (' || a.state || ') has ' || count(s.attempt_id) || ' slots' from attempts a
    left join slots s on s.attempt_id = a.id
    where a.state <> 'collecting' group by a.id
    having count(s.attempt_id) <> case when a.state in ('succeeded', 'failed') then 0 else 1 end
  union all select 'attempt ' || a.id || ' (' || a.state || ') has ' || count(d.attempt_id) || ' due rows' from attempts a
    left join due d on d.attempt_id = a.id
    group by a.id having count(d.attempt_id) <> case when a.state in ('succeeded', 'failed') then 0 else 1 end`;
