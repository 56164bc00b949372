import { createBooking } from './booking.ts';
import { type Capture, createCapture } from './capture.ts';
import { createFaults, type Faults } from './faults.ts';
import { createInputs, type Inputs } from './inputs.ts';
import { createLinks, type Links } from './links.ts';
import type { FetchMedia, Log, MediaFacts, PostCallback, Studio } from './ports.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { createRenderings, type Renderings } from './renderings.ts';
import type { EmulatorStore } from './store.ts';

/** What is needed to run emulators. */
export interface EmulatorOptions {
  readonly store: EmulatorStore;
  readonly studio: Studio;
  /** Goes through the guarded fetcher. Rejects with a reason; a `ProbeError` by name means "arrived, but is no media". */
  readonly fetchMedia: FetchMedia;
  readonly probeMedia: (path: string) => Promise<MediaFacts>;
  /** Calls an address that a stranger gave, through the guarded fetcher; gives the status. Without it nobody is called. */
  readonly postCallback?: PostCallback;
  /** Where the inputs of requests are kept; shared by the processes of one machine. */
  readonly folder: string;
  /** Signs result links and Vertex tokens; the same in every process. */
  readonly linkSecret: string;
  /** 1: a few seconds per generation; 20: tests. */
  readonly speed: number;
  /** 0 to 1, for seeds. */
  readonly chance: () => number;
  /** Real time in milliseconds, for the age of files. */
  readonly realNow: () => number;
  readonly log: Log;
  /** Address printed in result links; else the request's own Host. */
  readonly publicUrl?: string;
  /** Cheap stock clips. */
  readonly stock?: boolean;
  /** Public keys (PEM) of Vertex service accounts by client_email. Without one, any well-formed signature is taken. */
  readonly vertexKeys?: Readonly<Record<string, string>>;
  /** Serves the control API under /control to who shows this token. */
  readonly control?: { readonly token: string };
}

/** What the control API can change while it runs. */
export interface Limits {
  /** Tasks of one account that run at once. */
  readonly concurrency: Record<string, number>;
  /** Vertex: creates per minute and account at speed 1. */
  vertexPerMinute: number;
  /** Ark: management calls per second and account. */
  arkGetPerSecond: number;
  arkListPerSecond: number;
}

export const defaultLimits = (): Limits => ({
  // Vidu: usage and limits (5 per organization). Ark: rate limits, enterprise (10). Vertex has no queue.
  concurrency: { vidu: 5, ark: 10, vertex: Number.MAX_SAFE_INTEGER },
  vertexPerMinute: 50,
  arkGetPerSecond: 20,
  arkListPerSecond: 1,
});

/** What the emulators of one process share. */
export interface EmulatorContext {
  readonly options: EmulatorOptions;
  readonly store: EmulatorStore;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly rateLimit: RateLimit;
  readonly links: Links;
  readonly inputs: Inputs;
  readonly renderings: Renderings;
  readonly capture: Capture;
  readonly book: ReturnType<typeof createBooking>;
  readonly vertexKeys: Map<string, string>;
}

export function createContext(options: EmulatorOptions): EmulatorContext {
  const { store, studio, log } = options;
  const inputs = createInputs(options);
  return {
    options,
    store,
    inputs,
    faults: createFaults(),
    limits: defaultLimits(),
    rateLimit: createRateLimit(),
    links: createLinks(options.linkSecret),
    renderings: createRenderings({ store, studio, inputs, log, stock: options.stock ?? false }),
    capture: createCapture({ on: options.control !== undefined }),
    book: createBooking(store),
    vertexKeys: new Map(Object.entries(options.vertexKeys ?? {})),
  };
}
