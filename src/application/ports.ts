import type { Attempt, Evidence, Step } from '../domain/attempt.ts';
import type { Failure } from '../domain/failure.ts';
import type { Output, PlannedRoute } from '../domain/generation.ts';
import type { Exchange } from '../domain/http.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cost, MicroUsd } from '../domain/money.ts';
import type { OutputRole, OutputSource, Provider, Usage } from '../domain/provider.ts';
import type { Download, ResumePoint } from './download.ts';
import type { Caller, Scope } from './scope.ts';

export type { CallbackStore, CallbackWish, Delivery } from './callback-ports.ts';
export type {
  CreateOutcome,
  GenerationStore,
  ListFilter,
  NewGeneration,
  NotAdmitted,
  RateLimits,
} from './generation-ports.ts';
export type { ImageWish, InputRows, KeptFile, Media, MediaFact, MediaRefusal, StoredInput } from './media-ports.ts';
export type { Caller, Scope } from './scope.ts';

/** A row that this process holds until its lease ends. `number` fences every decision. */
export interface Claim {
  readonly attemptId: bigint;
  readonly number: bigint;
}

/** A way to a vendor, as an attempt uses it: fixed from submit to collect. */
export interface ChannelAccess {
  readonly id: bigint;
  readonly name: string;
  readonly provider: string;
  readonly livemode: boolean;
  /** Overrides of the provider's origins, by name. */
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: JsonObject;
  readonly credentialVersion: bigint;
  readonly credentials: unknown;
}

/** All that a worker needs to carry on with an attempt. Times in seconds. */
export interface AttemptFile {
  readonly attempt: Attempt;
  readonly route: PlannedRoute;
  readonly channel: ChannelAccess;
  /** What we sent along at submit, to be recognised by. */
  readonly tag: string;
  readonly projectId: bigint;
  /** Evidence not yet absorbed, oldest first, with its number. */
  readonly evidence: readonly { readonly number: bigint; readonly evidence: Evidence }[];
  readonly submittedSecondsAgo: number;
  /** Unix seconds by the store's clock: for vendors' lists. */
  readonly submittedAt: number;
  readonly now: number;
  readonly generationSecondsOld: number;
  readonly collectFailures: number;
  /** The caller wants it cancelled. */
  readonly cancelRequested: boolean;
}

export type DecideOutcome = 'decided' | 'lost';

/** The engine's side of the store. Every decision is one transaction, conditional on the claim number. */
export interface WorkStore {
  /** Gives free channel slots to waiting generations, least-served project first. Answers how many attempts it made. */
  dispatch(): Promise<number>;
  claim(request: {
    readonly limit: number;
    readonly leaseSeconds: number;
    readonly owner: string;
  }): Promise<readonly Claim[]>;
  heartbeat(claims: readonly Claim[], leaseSeconds: number): Promise<void>;
  /** Hands claims back at once, so that another process need not wait for the lease; not while a create may be on its way. */
  handBack(claims: readonly Claim[]): Promise<void>;
  /** Seconds until the next row is due; undefined when none is. */
  nextDueSeconds(): Promise<number | undefined>;
  read(claim: Claim): Promise<AttemptFile | undefined>;
  /** assigned → submitting, and the seconds that are left of the claim; 'lost' when someone else has it or it was sent before. */
  beginSubmit(claim: Claim): Promise<{ readonly leftSeconds: number } | 'lost'>;
  /**
   * Unfenced, append-only; wakes the attempt. Answers the evidence's number. `lost` is what the vendor bills by it: booked
   * at once when the attempt has been given up meanwhile.
   */
  observe(claim: Claim, evidence: Evidence, lost?: LostCost): Promise<bigint>;
  /** Applies a step; `absorbed` is the last evidence number it took in. */
  decide(claim: Claim, decision: Decision): Promise<DecideOutcome>;
  /** Generations that wait for a slot, oldest first, from the one after `after` on. */
  waiting(page: { readonly limit: number; readonly after?: bigint }): Promise<readonly WaitingGeneration[]>;
  /** Ends a generation that waits: released, in one transaction. False when it waits no longer. */
  endWaiting(generationId: bigint, failure: Failure): Promise<boolean>;
  /** Operations among these that some attempt of ours already has. */
  ownedOperations(channelId: bigint, operations: readonly Json[]): Promise<ReadonlySet<string>>;
}

export interface WaitingGeneration {
  readonly id: bigint;
  /** The one it would take next. */
  readonly route: PlannedRoute;
  readonly livemode: boolean;
  readonly secondsOld: number;
}

export interface Decision {
  readonly step: Step | CompleteStep | CollectFailed | Passed;
  readonly absorbed?: bigint;
  readonly lookInSeconds?: number;
  /** The attempt takes longer than is usual for its model. */
  readonly delayed?: boolean;
  /** Of a failed attempt: what the vendor bills for it all the same. */
  readonly lost?: LostCost;
}

/** Billed by the vendor, for nothing: the operator's loss, never the project's. */
export interface LostCost {
  readonly cost: Cost;
  /** As the vendor reported it; absent where it reports none and bills what it made. */
  readonly reported?: Usage;
}

/** What became of a wish to cancel, as far as it can be said without the vendor. */
export type CancelWish =
  | { readonly kind: 'not_found' }
  /** Nothing had been sent: it has ended, and the hold is released. */
  | { readonly kind: 'ended' }
  /** It had ended before; `cancelled` when a caller's wish was the reason. */
  | { readonly kind: 'final'; readonly cancelled: boolean }
  /** A create may be on its way, or is being looked for. The wish is kept. */
  | { readonly kind: 'submitting' | 'unconfirmed' }
  /** The vendor works on it. The wish is kept. */
  | { readonly kind: 'running'; readonly work: RunningWork }
  /** The vendor is done. */
  | { readonly kind: 'too_late' };

/** Work of ours at a vendor, as it can be asked about. */
export interface RunningWork {
  readonly attemptId: bigint;
  readonly provider: string;
  readonly route: PlannedRoute;
  readonly channel: ChannelAccess;
  readonly operation: Json;
  /** The vendor took a cancel before. */
  readonly cancelAccepted: boolean;
}

/** What cancelling needs of the store, the vendors and time. */
export interface Cancelling {
  readonly upstream: Upstream;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Records the wish, and ends at once what has not been sent. */
  wish(scope: Scope, id: bigint): Promise<CancelWish>;
  /** Unfenced, append-only; wakes the attempt. `lost` as in WorkStore. */
  observe(attemptId: bigint, evidence: Evidence, lost?: LostCost): Promise<void>;
  pause(seconds: number): Promise<void>;
  /** A clock that never goes back, in seconds. */
  seconds(): number;
}

/** The file is ours: settle, complete, tell. */
export interface CompleteStep {
  readonly to: 'completed';
  readonly outputs: readonly Output[];
  readonly cost: Cost;
  readonly settleMicros: MicroUsd;
  /** What the vendor's bill says beyond the hold, in micro-dollars. */
  readonly excessMicros: MicroUsd;
}

/** The file could not be fetched this time: ask the vendor for its address again. */
interface CollectFailed {
  readonly to: 'collect-again';
  readonly reason: string;
  /** A file came, whole, and is no video. */
  readonly unusable: boolean;
}

/** Evidence of something that the attempt is already past: it is taken in, and changes nothing. */
export interface Passed {
  readonly to: 'passed';
}

export type ExchangeOutcome<Result> =
  | { readonly answered: true; readonly result: Result }
  /** `sent: false`: surely not one byte reached the vendor (DNS, refused, TLS). */
  | {
      readonly answered: false;
      readonly sent: boolean;
      readonly reason: string;
      /** Nothing was sent because the vendor does not take our key: its words, for operators. */
      readonly keyRefused?: NonNullable<Failure['vendor']>;
    };

/** Performs exchanges: HTTP with the channel's origin and credentials, bounded in time and size. */
export interface Upstream {
  exchange<Input, Result>(
    call: {
      readonly provider: Provider;
      readonly channel: ChannelAccess;
      readonly deadlineSeconds: number;
      /** Checked immediately before the first byte: later than this, nothing is sent. */
      readonly startWithinSeconds?: number;
    },
    exchange: Exchange<Input, Result>,
    input: Input,
  ): Promise<ExchangeOutcome<Result>>;
  /**
   * The bytes of an output: a stranger's URL through the guard, a vendor's path signed, or the spool. With a resume point
   * only the rest is asked for; the whole comes all the same when the vendor does not go on with that very file.
   */
  download(
    call: { readonly provider: Provider; readonly channel: ChannelAccess },
    source: OutputSource,
    from?: ResumePoint,
  ): Promise<Download>;
}

/** Who a presented key belongs to; undefined when nobody's, or revoked. */
export interface Keys {
  find(key: string): Promise<KeyHolder | undefined>;
}

export type KeyHolder = (Caller | { readonly kind: 'admin'; readonly keyId: bigint }) & {
  readonly isExpired?: boolean;
  /** Whether a caller's address is one that the key may be used from; any is when absent. */
  readonly isFrom?: (address: string) => boolean;
};

/** Addresses of our own files: signed, and only for a while. */
export interface Links {
  /** A link to an output, and when it ends (unix seconds). `base` is scheme and host as the caller reached us. */
  sign(base: string, id: bigint, variant: OutputRole): { readonly url: string; readonly expiresAt: number };
  /** A link to a kept input, for a vendor. */
  signInput(base: string, id: bigint): string;
  verifyInput(
    id: bigint,
    query: { readonly expires: string; readonly signature: string },
  ): 'valid' | 'expired' | 'forged';
  /** `variant` as it stands in the address. */
  verify(
    id: bigint,
    variant: string,
    query: { readonly expires: string; readonly signature: string },
  ): 'valid' | 'expired' | 'forged';
}

/** Channels that can be used now: which providers are reachable in a world. */
export interface Channels {
  /** Ids of providers with an enabled channel. */
  open(livemode: boolean): Promise<ReadonlySet<string>>;
}

export interface Log {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}
