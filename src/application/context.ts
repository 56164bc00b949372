import type { Catalogue } from '../domain/catalogue.ts';
import type { Provider } from '../domain/provider.ts';
import type { Created } from './create-generation.ts';
import type { InputLink } from './deliver-media.ts';
import type { FileStore } from './file-store.ts';
import type { Cancelling, Channels, GenerationStore, Log, Media, RateLimits, Upstream, WorkStore } from './ports.ts';
import type { Pricing } from './pricing.ts';

/** What every verb may use. Built once, in main. */
export interface Context {
  readonly catalogue: Catalogue;
  readonly generations: GenerationStore;
  readonly rateLimits: RateLimits;
  /** Creates of this process that are not written yet, by key and request. */
  readonly underWay: Map<string, Promise<Created>>;
  readonly channels: Channels;
  readonly media: Media;
  /** Uploaded files, which may stand in the place of an address. */
  readonly files: Pick<FileStore, 'find' | 'read'>;
  readonly cancelling: Cancelling;
  /** Why an address cannot be called back, as far as it shows before its name is looked up. */
  readonly callbackProblem: (url: string) => string | undefined;
  readonly log: Log;
  readonly pricing: Pricing;
  /** Creates are refused while less is free on the media disk, so that finished work can still be stored. */
  readonly freeBytesMark: number;
  /** Whether a vendor can reach links of ours. */
  readonly publicUrl: string | undefined;
}

/** What main hands to the engine. */
export interface EngineParts {
  readonly work: WorkStore;
  readonly upstream: Upstream;
  readonly media: Media;
  readonly inputLink: InputLink;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly log: Log;
  /** How much faster than a vendor the sandbox is; 1 is a few seconds per generation. */
  readonly sandboxSpeed: number;
}

/** What the engine's verbs use: the parts, and what the engine itself knows. */
export interface EngineContext extends EngineParts {
  /** The process is about to end: what has not begun is left to others. */
  readonly isStopping: () => boolean;
  /** A clock that never goes back, in seconds. */
  readonly seconds: () => number;
  readonly pause: (seconds: number) => Promise<void>;
  readonly gate: Gate;
}

/** Bounds the bytes that are held in memory at once. */
export interface Gate {
  /** Runs the work when there is room for its weight; the oldest in line first. */
  hold<T>(weightBytes: number, work: () => Promise<T>): Promise<T>;
}
