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
import { workStore } from '../../src/postgres/attempts/work-store.ts';
import { configureChannels, type WantedChannel } from '../../src/postgres/channels.ts';
import type { Database } from '../../src/postgres/database.ts';
import { generationStore } from '../../src/postgres/generations.ts';
import { type Installation, openInstallation } from '../../src/postgres/installation.ts';
import { verifyLedger } from '../../src/postgres/verify/verify-ledger.ts';

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
  /** Everything that is wrong with the books and the work; empty when they are clean. */
  troubles(): Promise<readonly string[]>;
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
    troubles: () => troubles(database),
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

/** Beside the books: everything that must hold of the work at any moment; what does not is named. */
const WORK_TROUBLES = `
  select 'attempt ' || a.id || ' (' || a.state || ') has ' || count(s.attempt_id) || ' slots' as trouble from attempts a
    left join slots s on s.attempt_id = a.id
    where a.state <> 'collecting' group by a.id
    having count(s.attempt_id) <> case when a.state in ('succeeded', 'failed') then 0 else 1 end
  union all select 'attempt ' || a.id || ' (' || a.state || ') has ' || count(d.attempt_id) || ' due rows' from attempts a
    left join due d on d.attempt_id = a.id
    group by a.id having count(d.attempt_id) <> case when a.state in ('succeeded', 'failed') then 0 else 1 end`;

/** Everything that is wrong with the books and the work; empty when they are clean. */
async function troubles(database: Database): Promise<readonly string[]> {
  const { drifts } = await verifyLedger(database);
  const work = await database.query<{ trouble: string }>({ text: WORK_TROUBLES });
  return [
    ...drifts.map(({ check, subject, message }) => `${check}: ${subject}: ${message}`),
    ...work.map(({ trouble }) => trouble),
  ];
}
