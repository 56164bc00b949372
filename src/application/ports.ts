import type { Attempt, Evidence, Step } from '../domain/attempt.ts';
import type { Failure } from '../domain/failure.ts';
import type { Generation, GenerationState, Output, PlannedRoute } from '../domain/generation.ts';
import type { Exchange } from '../domain/http.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cost, MicroUsd } from '../domain/money.ts';
import type { OutputRole, OutputSource, Provider } from '../domain/provider.ts';
import type { MediaKind, Warning } from '../domain/request.ts';
import type { Download, OutputPlace, ResumePoint } from './download.ts';

/** Whose things, and which world: every read is limited by both. */
export interface Scope {
  readonly projectId: bigint;
  readonly livemode: boolean;
}

/** Who asks. Admin keys reach no generation. */
export interface Caller extends Scope {
  readonly keyId: bigint;
  readonly kind: 'live' | 'test';
}

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
}

/** Where a caller wants to be told of changes of state. */
export interface CallbackWish {
  /** http or https, public. */
  readonly url: string;
  /** The caller's API key, which signs; sealed at rest, and erased after the last delivery. */
  readonly secret: string;
  /** Scheme and host as the caller reached us, for links. */
  readonly base: string;
}

export type CreateOutcome =
  | { readonly kind: 'created' | 'replayed'; readonly generation: Generation }
  | { readonly kind: 'mismatch' };

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

/** Generations, as callers make and read them. */
export interface GenerationStore {
  nextId(): Promise<bigint>;
  create(generation: NewGeneration): Promise<CreateOutcome>;
  /** An accepted answer under this key, if there is one: looked up before anything else is done. */
  replay(caller: Caller, idempotency: { key: string; requestHash: string }): Promise<CreateOutcome | undefined>;
  find(scope: Scope, id: bigint): Promise<Generation | undefined>;
  /** Without a scope: for signed links, whose signature already names the generation. */
  findById(id: bigint): Promise<Generation | undefined>;
  list(
    scope: Scope,
    filter: ListFilter,
  ): Promise<{ readonly generations: readonly Generation[]; readonly hasMore: boolean }>;
}

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
  /** Unfenced, append-only; wakes the attempt. Answers the evidence's number. */
  observe(claim: Claim, evidence: Evidence): Promise<bigint>;
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
  /** Unfenced, append-only; wakes the attempt. */
  observe(attemptId: bigint, evidence: Evidence): Promise<void>;
  pause(seconds: number): Promise<void>;
  /** A clock that never goes back, in seconds. */
  seconds(): number;
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

export interface MediaFact {
  readonly kind: MediaKind;
  readonly mediaType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly fps?: number;
  readonly audio?: boolean;
  /** EXIF orientation of an image, 1 to 8; width and height are those after it was applied. */
  readonly orientation?: number;
  /** How it is coded, in the prober's words. */
  readonly videoCodec?: string;
  readonly audioCodec?: string;
}

export interface StoredInput {
  readonly id: bigint;
  readonly storageKey: string;
  readonly facts: MediaFact;
  /** It came from a file or a link of ours: its address is no use to a vendor. */
  readonly isOurs?: true;
}

/** What a converted picture must be. */
export interface ImageWish {
  readonly mediaTypes: readonly string[];
  readonly maxBytes: number;
  readonly maxSide?: number;
  readonly maxPixels?: number;
}

export type MediaRefusal = { readonly refused: 'unreachable' | 'invalid'; readonly reason: string };

/** Files: inputs we were given, outputs we keep. */
export interface Media {
  /** Fetches (guarded) or decodes an input, checks what it is, stores it once per project. */
  keepInput(
    scope: Scope,
    source: { readonly url: string },
    limits: { readonly maxBytes: number },
  ): Promise<StoredInput | MediaRefusal>;
  /**
   * What lies at a public address, by a few requests for parts of it; nothing is kept. `whole` when its server gives no
   * parts, or they do not tell: then only the whole file can.
   */
  look(
    url: string,
    limits: { readonly maxBytes: number },
  ): Promise<{ readonly facts: MediaFact } | 'whole' | MediaRefusal>;
  /** Another copy of a kept picture: upright, of an allowed type and size. */
  convertImage(scope: Scope, stored: StoredInput, wish: ImageWish): Promise<StoredInput | MediaRefusal>;
  /** The bytes of a stored input as base64; undefined when they are not there any more. */
  readBase64(storageKey: string): Promise<string | undefined>;
  /**
   * Fetches, stores, hashes. Constant memory. What came before a download broke off stays on this host, and the next try
   * for the same attempt and role is asked to go on from there.
   */
  keepOutput(
    place: OutputPlace,
    fetch: (from?: ResumePoint) => Promise<Download>,
  ): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** The attempt has ended: what broken downloads of it left is not needed any more. */
  dropPartials(attemptId: bigint): Promise<void>;
  probe(storageKey: string): Promise<MediaFact | { readonly refused: string }>;
  remove(storageKey: string): Promise<void>;
  freeBytes(): Promise<number>;
}

/** Rows of kept inputs: one for equal bytes of a project. */
export interface InputRows {
  /** Without a scope: for signed links, whose signature already names the input. */
  find(id: bigint): Promise<KeptFile | undefined>;
  put(
    scope: Scope,
    input: { readonly sha256: string; readonly storageKey: string; readonly facts: MediaFact },
  ): Promise<bigint>;
}

/** A stored file, as it is served. */
export interface KeptFile {
  readonly storageKey: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Who a presented key belongs to; undefined when nobody's, or revoked. */
export interface Keys {
  find(key: string): Promise<KeyHolder | undefined>;
}

export type KeyHolder = Caller | { readonly kind: 'admin'; readonly keyId: bigint };

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
