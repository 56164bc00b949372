import type { GenerationState } from '../domain/generation.ts';

/** Where a caller wants to be told of changes of state. */
export interface CallbackWish {
  /** http or https, public. */
  readonly url: string;
  /** The caller's API key, which signs; sealed at rest, and erased after the last delivery. */
  readonly secret: string;
  /** Scheme and host as the caller reached us, for links. */
  readonly base: string;
}

/** One change of state that is to be told, held by this process until its lease ends. */
export interface Delivery {
  readonly generationId: bigint;
  /** Of the event: a generation's are told in this order. */
  readonly number: number;
  readonly claim: bigint;
  /** Tries that failed before. */
  readonly failures: number;
  readonly host: string;
  readonly url: string;
  readonly base: string;
  readonly secret: string;
  /** As the generation was then. */
  readonly state: GenerationState;
  readonly progress: number;
  readonly vendorState?: string;
  /** Unix seconds, with fraction. */
  readonly at: number;
}

/** What is to be told to callers. Everything but `claim` is conditional on the delivery's claim. */
export interface CallbackStore {
  /** Due ones, of each generation the oldest alone; `perHost` less the `busy` calls to each host, `limit` in all. */
  claim(request: {
    readonly limit: number;
    readonly perHost: number;
    readonly busy: ReadonlyMap<string, number>;
    readonly leaseSeconds: number;
  }): Promise<readonly Delivery[]>;
  /** Told, or given up. After the last one the key is erased. */
  finish(delivery: Delivery): Promise<void>;
  retry(delivery: Delivery, inSeconds: number): Promise<void>;
  handBack(deliveries: readonly Delivery[]): Promise<void>;
}
