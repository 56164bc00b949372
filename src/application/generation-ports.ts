import type { Generation, GenerationState, PlannedRoute } from '../domain/generation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { MicroUsd } from '../domain/money.ts';
import type { Warning } from '../domain/request.ts';
import type { CallbackWish } from './callback-ports.ts';
import type { Caller, Scope } from './scope.ts';

export interface NewGeneration {
  readonly id: bigint;
  readonly caller: Caller;
  readonly dialect: string;
  readonly model: string;
  readonly routes: readonly PlannedRoute[];
  readonly warnings: readonly Warning[];
  readonly metadata?: Json;
  /** What the dialect wants to give back; never sent to a vendor. `payload` in it is not read in lists. */
  readonly memory?: JsonObject;
  readonly quotedMicros: MicroUsd;
  readonly heldMicros: MicroUsd;
  /** Ids of stored inputs that this generation refers to. */
  readonly inputIds: readonly bigint[];
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
  readonly callback?: CallbackWish;
  /** A hash of the request, from a client that repeats by itself, without a key, when an answer does not reach it. */
  readonly unanswered?: string;
}

/** A new or an earlier generation, or why there is none. */
export type CreateOutcome =
  | { readonly kind: 'created'; readonly generation: Generation }
  | { readonly kind: 'replayed'; readonly generation: Generation }
  | { readonly kind: 'mismatch' }
  | NotAdmitted;

/** Why a request that can be served is not accepted now. Nothing was written. Amounts in micro-dollars of this world. */
export type NotAdmitted = { readonly kind: 'refused' } & (
  | { readonly reason: 'revoked' | 'expired' }
  | { readonly reason: 'balance'; readonly leftMicros: number }
  | {
      readonly reason: 'budget' | 'daily_budget';
      readonly leftMicros: number;
      readonly limitMicros: number;
      /** Until the day ends. */
      readonly seconds: number;
    }
  | { readonly reason: 'in_flight' | 'rate'; readonly limit: number; readonly seconds: number }
);

export interface ListFilter {
  readonly limit: number;
  readonly after?: bigint;
  readonly state?: readonly GenerationState[];
  readonly model?: string;
  /** Any of these; as the next ones. */
  readonly models?: readonly string[];
  readonly ids?: readonly bigint[];
  readonly resolutions?: readonly string[];
  /** Of those that are queued: whether a vendor has them already. */
  readonly isAtVendor?: boolean;
  /** So many are passed over first. */
  readonly offset?: number;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
}

/** Limits of creates a minute that are too high to count each: handed out in slices. Throws a Refusal. */
export interface RateLimits {
  take(caller: Caller): Promise<void>;
}

/** Generations, as callers make and read them. */
export interface GenerationStore {
  nextId(): Promise<bigint>;
  create(generation: NewGeneration): Promise<CreateOutcome>;
  /** An accepted answer under this key, if there is one: looked up before anything else is done. */
  replay(
    caller: Caller,
    idempotency: { key: string; requestHash: string },
  ): Promise<Exclude<CreateOutcome, NotAdmitted> | undefined>;
  /**
   * What the same key asked for in the last ten minutes with this very request, when its answer was never fully delivered.
   * `retries` is the client's own count, from 1: each is found once for each.
   */
  takeUnanswered(
    caller: Caller,
    repetition: { readonly requestHash: string; readonly retries: number },
  ): Promise<Generation | undefined>;
  /** The answer about it is fully written: a repetition is a new request. */
  answered(id: bigint): void;
  find(scope: Scope, id: bigint): Promise<Generation | undefined>;
  /** Without a scope: for signed links, whose signature already names the generation. */
  findById(id: bigint): Promise<Generation | undefined>;
  list(
    scope: Scope,
    filter: ListFilter,
  ): Promise<{ readonly generations: readonly Generation[]; readonly hasMore: boolean }>;
}
