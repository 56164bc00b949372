import { createHash } from 'node:crypto';
import { advanceAttempt } from '../../src/application/advance-attempt.ts';
import type { EngineContext, EngineParts } from '../../src/application/context.ts';
import type { Caller, ExchangeOutcome, MediaFact, Upstream } from '../../src/application/ports.ts';
import type { Generation } from '../../src/domain/generation.ts';
import type { Json } from '../../src/domain/json.ts';
import type {
  CancelOutcome,
  Listing,
  Observation,
  OutputSource,
  Provider,
  Submission,
  Unanswered,
} from '../../src/domain/provider.ts';
import { fakeProvider } from './fake-vendor.ts';
import { freshDatabase } from './scratch-database.ts';
import { channel, openWorld, plannedRoute, type World } from './world.ts';

type Outcome<T> = ExchangeOutcome<T> | Promise<ExchangeOutcome<T>>;

/** How the vendor answers now, and how often it was asked. Replace an answer to change it. */
interface VendorScript {
  submit: (tag: string, provider: string) => Outcome<Observation>;
  poll: (operation: Json) => Outcome<Observation>;
  list: () => Outcome<Listing<Json> | Unanswered>;
  cancel: (operation: Json) => Outcome<CancelOutcome>;
  download: (source: OutputSource) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
  /** Tags of all creates that were sent. */
  readonly submits: string[];
  readonly polls: Json[];
  readonly cancels: Json[];
  lists: number;
}

export const answered = <T>(result: T): ExchangeOutcome<T> => ({ answered: true, result });
export const unanswered = (reason = 'HTTP 503'): ExchangeOutcome<Observation> =>
  answered({ state: 'unanswered', started: 'maybe', reason });
export const noRoom = (retryAfterSeconds = 2): ExchangeOutcome<Observation> =>
  answered({ state: 'unanswered', started: 'no', reason: 'HTTP 429', retryAfterSeconds });
export const dropped: ExchangeOutcome<never> = { answered: false, sent: true, reason: 'ECONNRESET' };
export const running = (id: string, more: object = {}): ExchangeOutcome<Observation> =>
  answered({ state: 'running', operation: { id }, ...more });
export const videoAt = (url: string): OutputSource => ({ role: 'video', mediaType: 'video/mp4', from: { url } });
export const succeeded = (...outputs: readonly OutputSource[]): ExchangeOutcome<Observation> =>
  answered({ state: 'succeeded', outputs, usage: { credits: 640 } });

/** A file that the fake media take for a video. */
export async function* film(): AsyncIterable<Uint8Array> {
  yield Buffer.from('a film');
}

/** The store, real; a vendor and files, made up. */
export interface EngineWorld extends World {
  readonly vendor: VendorScript;
  readonly caller: Caller;
  /** What the engine gets. */
  readonly parts: EngineParts;
  /** Carries on with all that is due, once, and answers how much that was. */
  step(): Promise<number>;
  /** Steps until nothing is due any more, moving the clock on between them; 50 times at most. */
  carryOn(secondsBetween?: number): Promise<void>;
  /** Rows of the attempts, oldest first. */
  attempts(): ReturnType<World['rows']>;
  /** Balances of all accounts by their kind; those of what is neither available nor held only where there is something. */
  balances(): Promise<Readonly<Record<string, number>>>;
  generation(id: bigint): Promise<Generation>;
  /** Files that are stored now. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Attempts whose half-done downloads were let go of. */
  readonly dropped: readonly bigint[];
}

export async function openEngineWorld(more: Partial<Provider> = {}): Promise<EngineWorld> {
  const world = await openWorld((await freshDatabase()).database);
  await world.channels(channel({ name: 'fake', provider: 'fake', settings: { usual_seconds: 0.1 } }));
  const caller = await world.project();
  const vendor = script();
  const files = new Map<string, Buffer>();
  const dropped: bigint[] = [];
  const providers = ['fake', 'other'].map((id) => fakeProvider({ ...more, id }));
  const parts: EngineParts = {
    work: world.work,
    upstream: upstreamOf(vendor),
    media: mediaOf(files, dropped),
    inputLink: () => undefined,
    providers: new Map(providers.map((provider) => [provider.id, provider])),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    sandboxSpeed: 20,
  };
  const ctx: EngineContext = {
    ...parts,
    isStopping: () => false,
    seconds: () => performance.now() / 1000,
    pause: async () => {},
    gate: { hold: (_, work) => work() },
  };
  const step = async (): Promise<number> => {
    const claims = await world.claimAll();
    await Promise.all(claims.map((claim) => advanceAttempt(ctx, claim)));
    return claims.length;
  };
  return {
    ...world,
    vendor,
    caller,
    parts,
    files,
    dropped,
    step,
    create: (owner, options) => world.create(owner, { routes: [fakeRoute()], ...options }),
    carryOn: async (secondsBetween = 1) => {
      for (let turn = 0; turn < 50; turn += 1) {
        await step();
        if ((await world.rows('select from due union all select from queue')).length === 0) return;
        await world.advance(secondsBetween);
      }
    },
    attempts: () => world.rows('select * from attempts order by id'),
    balances: async () => {
      const accounts = await world.rows('select kind, balance_micros from accounts');
      const all: [string, number][] = accounts.map(({ kind, balance_micros }) => [kind, Number(balance_micros)]);
      return Object.fromEntries(
        all.filter(([kind, balance]) => balance !== 0 || kind === 'available' || kind === 'held'),
      );
    },
    generation: async (id) => {
      const generation = await world.store.findById(id);
      if (!generation) throw new Error(`${id} does not exist`);
      return generation;
    },
  };
}

export const fakeRoute = (provider = 'fake') => plannedRoute({ provider, model: 'fake-1' });

/** A vendor that takes everything and finishes it at the first look. */
const script = (): VendorScript => ({
  submit: (tag) => running(tag),
  poll: () => succeeded(videoAt('https://vendor.example/1.mp4')),
  list: () => answered({ items: [] }),
  cancel: () => answered('cancelled'),
  download: film,
  submits: [],
  polls: [],
  cancels: [],
  lists: 0,
});

function upstreamOf(vendor: VendorScript): Upstream {
  return {
    exchange: async <Input, Result>(
      { provider }: { readonly provider: Provider },
      exchange: unknown,
      input: Input,
    ): Promise<ExchangeOutcome<Result>> => {
      const perform = (): Outcome<unknown> => {
        if (exchange === provider.submit) {
          const { tag } = input as Submission; // what a submit is given
          vendor.submits.push(tag);
          return vendor.submit(tag, provider.id);
        }
        if (exchange === provider.list) {
          vendor.lists += 1;
          return vendor.list();
        }
        if (exchange === provider.cancel) {
          vendor.cancels.push(input as Json); // what a cancel is given
          return vendor.cancel(input as Json);
        }
        vendor.polls.push(input as Json); // what a poll is given
        return vendor.poll(input as Json);
      };
      return (await perform()) as ExchangeOutcome<Result>; // the exchange's own kind of result
    },
    download: async (_, source) => ({ startsAt: 0, marks: {}, body: await vendor.download(source) }),
  };
}

const mediaOf = (files: Map<string, Buffer>, dropped: bigint[]): EngineParts['media'] => ({
  keepInput: () => Promise.reject(new Error('no inputs here')),
  look: async () => 'whole',
  measure: async () => ({ refused: 'unreachable', reason: 'not asked for' }),
  convertImage: async () => ({ refused: 'invalid', reason: 'no inputs here' }),
  readBase64: async () => undefined,
  keepOutput: async ({ storageKey }, fetch) => {
    const parts: Uint8Array[] = [];
    for await (const part of (await fetch()).body) parts.push(part);
    const bytes = Buffer.concat(parts);
    files.set(storageKey, bytes);
    return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  },
  dropPartials: async (attemptId) => {
    dropped.push(attemptId);
  },
  probe: async (key): Promise<MediaFact | { readonly refused: string }> => {
    const bytes = files.get(key);
    if (bytes?.toString() !== 'a film') return { refused: 'not a film' };
    return { kind: 'video', mediaType: 'video/mp4', bytes: bytes.length, width: 1280, height: 720, seconds: 4 };
  },
  remove: async (key) => {
    files.delete(key);
  },
  freeBytes: async () => 1e12,
});
