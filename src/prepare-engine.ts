import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './application/context.ts';
import type { Cancelling } from './application/ports.ts';
import type { Config } from './config.ts';
import { type Engine, startEngine } from './engine/engine.ts';
import { lastingEvidence } from './engine/lasting-evidence.ts';
import type { DiskStorage } from './media/disk-storage.ts';
import { createGuardedFetcher, type GuardedFetcher } from './media/guarded-fetch.ts';
import { MOST_OUTPUT_BYTES } from './media/keep-output.ts';
import { readAhead } from './media/read-ahead.ts';
import type { Inputs } from './open-inputs.ts';
import type { Sandbox } from './open-sandbox.ts';
import { wishCancel } from './postgres/attempts/cancel.ts';
import { workStore } from './postgres/attempts/work-store.ts';
import type { Database } from './postgres/database.ts';
import type { Installation } from './postgres/installation.ts';
import { PROVIDERS } from './providers/registry.ts';
import { openUpstream } from './upstream/upstream.ts';

const LEASE_SECONDS = 10;
const STEPS_AT_ONCE = 64;
/** Longer than the embedded server's recovery from a crash. */
const EVIDENCE_SECONDS = 300;
/** Whoever holds the attempt is told: this is no claim's number. */
const NOBODY = -1n;

interface EngineRoom {
  readonly database: Database;
  readonly installation: Installation;
  readonly storage: DiskStorage;
  readonly fetcher: GuardedFetcher;
  readonly inputs: Inputs;
  readonly sandbox: Sandbox;
  readonly closers: (() => Promise<void>)[];
}

/** The engine, which begins later than the server that speaks of it. */
export function prepareEngine(
  config: Config,
  { database, installation, storage, fetcher, inputs, sandbox, closers }: EngineRoom,
  { media, log }: Pick<Context, 'media' | 'log'>,
): Omit<Engine, 'stop'> & { readonly cancelling: Cancelling; start(): Engine } {
  const sandboxFetcher = createGuardedFetcher({ allow: [...config.fetchAllow, sandbox.hostPort] });
  const upstream = openUpstream({
    spoolFolder: storage.spoolFolder,
    fetchGuarded: (url, { livemode, headers, accepts }) =>
      (livemode ? fetcher : sandboxFetcher).fetch(url, {
        headers,
        acceptStatus: accepts,
        timeoutSeconds: 1800,
        maxBytes: MOST_OUTPUT_BYTES,
      }),
    readAhead,
    sandbox: () => sandbox.origin,
    now: () => new Date(),
  });
  closers.push(
    () => sandboxFetcher.close(),
    () => upstream.close(),
  );
  const work = lastingEvidence(workStore(database, installation), { seconds: EVIDENCE_SECONDS });
  const providers = new Map(PROVIDERS.map((provider) => [provider.id, provider]));
  let engine: Engine | undefined;
  const cancelling: Cancelling = {
    upstream,
    providers,
    wish: (scope, id) => wishCancel(database, installation, { scope, id }),
    observe: async (attemptId, evidence, lost) => {
      await work.observe({ attemptId, number: NOBODY }, evidence, lost);
      engine?.wake();
    },
    pause: (seconds) => sleep(seconds * 1000),
    seconds: () => performance.now() / 1000,
  };
  return {
    cancelling,
    start: () => {
      engine = startEngine(
        { work, upstream, media, inputLink: inputs.link, providers, log, sandboxSpeed: config.sandboxSpeed },
        { owner: `${hostname()}:${process.pid}`, concurrency: STEPS_AT_ONCE, leaseSeconds: LEASE_SECONDS },
      );
      return engine;
    },
    wake: () => engine?.wake(),
    get healthy() {
      return engine?.healthy ?? true;
    },
  };
}
