import type { ZodType } from 'zod';
import type { CostBasis } from './cost-basis.ts';
import type { Failure } from './failure.ts';
import type { Exchange, HttpRequest } from './http.ts';
import type { Issue } from './issue.ts';
import type { Json } from './json.ts';
import type { Model } from './model.ts';
import type { Currency } from './money.ts';
import type { DeliveredMedia, GenerationRequest, Resolution, Warning } from './request.ts';

/** What a vendor can tell us about an attempt, whether it answers a submit or a poll. */
export type Observation<Operation = Json> =
  | ({
      readonly state: 'running';
      readonly operation: Operation;
      readonly progress?: number /** Accepted, but the vendor has not begun. */;
      readonly queued?: boolean;
    } & Seen)
  | ({
      readonly state: 'succeeded';
      readonly operation?: Operation;
      readonly outputs: readonly OutputSource[];
      readonly usage?: Usage;
    } & Seen)
  | ({ readonly state: 'failed'; readonly failure: Failure; readonly usage?: Usage } & Seen)
  | ({ readonly state: 'cancelled' | 'expired' } & Seen)
  | Unanswered;

interface Seen {
  /** The vendor's own word for the state. */
  readonly vendorState?: string;
  /** What we sent along to recognise our own work by (Vidu `payload`, Ark `safety_identifier`). */
  readonly tag?: string;
}

/**
 * The question went unanswered (429, 5xx, nonsense): the attempt is as it was. Never a verdict.
 * On submit, `started: 'no'` says that the vendor surely did not take the work (a documented refusal).
 */
export interface Unanswered {
  readonly state: 'unanswered';
  readonly started: 'no' | 'maybe';
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  readonly vendor?: Failure['vendor'];
}

export const OUTPUT_ROLES = ['video', 'last_frame', 'thumbnail'] as const;
export type OutputRole = (typeof OUTPUT_ROLES)[number];

/**
 * Where an output waits. A `url` is fetched as a stranger's, without credentials; a `request` goes, signed, to a named
 * origin of the vendor; `spool` names bytes that came inside the answer and lie on this host's disk.
 */
export interface OutputSource {
  readonly role: OutputRole;
  readonly mediaType: string;
  readonly from: { readonly url: string } | { readonly request: HttpRequest } | { readonly spool: string };
}

/** What the vendor says it used or billed. */
export interface Usage {
  readonly credits?: number;
  readonly tokens?: number;
  readonly seconds?: number;
}

export type CancelOutcome = 'cancelled' | 'too-late' | 'unanswered';

export interface Submission {
  readonly model: Model;
  readonly request: GenerationRequest<DeliveredMedia>;
  /**
   * Sent along where the vendor echoes it: installation and attempt, to find the work again after an unknown outcome.
   * At most 63 characters of a-z, 0-9, `-` and `_`: what Ark and Google take.
   */
  readonly tag: string;
  readonly settings: ChannelSettings;
}

/** `param` is a neutral name, as in `check`. */
export interface Ignored {
  readonly param: string;
  readonly reason: string;
}

/** Per-channel facts that are not secret, such as a bucket; each provider has its own schema. */
export type ChannelSettings = Readonly<Record<string, Json>>;

export interface Listing<Operation> {
  readonly items: readonly { readonly operation: Operation; readonly tag?: string }[];
  /** Cursor of the next page; absent at the end. */
  readonly next?: string;
}

export interface ListQuery {
  readonly fromUnixSeconds: number;
  readonly toUnixSeconds: number;
  readonly cursor?: string;
}

/** What signing an exchange may need. `accessToken` is there when the provider has an `authorize` step. */
interface SigningContext {
  readonly now: Date;
  readonly accessToken?: string;
}

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** The vendor gives no token for this key, and says so in its documented words: the operator's to mend. */
export interface KeyRefused {
  readonly state: 'refused';
  readonly reason: string;
  readonly vendor: NonNullable<Failure['vendor']>;
}

/** Everything the gateway knows about one vendor: data and pure functions. No I/O, no clock, no randomness. */
export interface ProviderSpec<Operation extends Json, Credentials> {
  readonly id: string;
  /** For people: "Vidu (vidu.com)". */
  readonly name: string;
  /** Hosts by name, `api` among them; a channel may override them. */
  readonly origins: { readonly api: string; readonly [name: string]: string };
  readonly currency: Currency;
  /** Most bytes of a create's body, inputs as base64 included. */
  readonly bodyBytes: number;
  /** Work that the vendor may run at once for one account, as documented or chosen. */
  readonly concurrency: number;

  /** Capabilities as data. */
  readonly models: readonly Model[];
  /**
   * Only the rules that data cannot state, such as "audio alone is refused". `param` is a neutral name: `prompt`,
   * `seconds`, `options.style`, or role and kind of an input, `reference.audio`.
   */
  readonly check?: (request: GenerationRequest, model: Model) => readonly Issue[];
  /** Options of a request that the vendor documents to do nothing in it: not sent, and the caller is told. */
  readonly ignored?: (request: GenerationRequest, model: Model) => readonly Ignored[];
  /** Takes out of a prompt what the vendor would read as a command; the warning says so. Doing it twice changes nothing more. */
  readonly adjustPrompt?: (prompt: string) => { readonly prompt: string; readonly warning?: Warning };

  readonly credentials: ZodType<Credentials>;
  /** Strict: what a channel's settings may be. An issue's message says what is allowed, as "must be …". */
  readonly settings: ZodType;
  /** Some vendors want a short-lived token first. Kept by `upstream/` until shortly before it expires. */
  readonly authorize?: Exchange<
    { readonly credentials: Credentials; readonly now: Date },
    AccessToken | KeyRefused | Unanswered
  >;
  readonly sign: (request: HttpRequest, credentials: Credentials, context: SigningContext) => HttpRequest;

  /** The handle that is kept between steps. Parsed again on every read: old rows outlive new code. */
  readonly operation: ZodType<Operation>;
  readonly submit: Exchange<Submission, Observation<Operation>>;
  readonly poll: Exchange<Operation, Observation<Operation>>;
  readonly list?: Exchange<ListQuery, Listing<Operation> | Unanswered>;
  /** Between two pages of the list, where the vendor limits their rate. */
  readonly listPauseSeconds?: number;
  readonly cancel?: Exchange<Operation, CancelOutcome>;
  /**
   * Where a late cancel does harm: it may be sent only right after a poll that said `queued`, and again only after another
   * one. Seconds between the two.
   */
  readonly cancelWithinSeconds?: number;
  /** Free question that shows whether the credentials work, for `doctor`. */
  readonly ping?: Exchange<null, 'ok' | 'refused' | 'unanswered'>;
  /** Longest time the vendor keeps work open, in seconds. */
  readonly horizonSeconds: (request: GenerationRequest) => number;

  /** How the vendor comes to its bill, for people, in the words of `basis.inputs`. */
  readonly formula: string;
  /** Strict: an operator's own price of one model, in the vendor's unit, in place of the list's. */
  readonly ownPrice: ZodType;
  /** What the request costs at most, and by which price: the list's, or `own`, which fits `ownPrice`. `undefined`: no price known. */
  readonly basis: (request: GenerationRequest, model: Model, own?: Json) => CostBasis | undefined;
  /** The units that are due by what was used; `undefined` where that does not say, and the quoted ones count. */
  readonly unitsUsed: (request: GenerationRequest, usage: Usage) => number | undefined;
  /** A price for people and the model list: amount per unit, at which resolution. */
  readonly prices: (model: Model, own?: Json) => readonly PriceLine[];
}

export interface PriceLine {
  readonly currency: Currency;
  /** Micro-units of the currency. */
  readonly micros: number;
  readonly per: 'second' | 'million_tokens' | 'generation';
  /** What it applies to, such as "720p, off-peak". */
  readonly when: string;
  /** The same for programs. */
  readonly resolutions: readonly Resolution[];
  readonly offPeak: boolean;
  /** Where the price stands, and the day it was read (ISO). */
  readonly page: string;
  readonly date: string;
}

/** A provider with its private types sealed in. The rest of the program sees only `Json` and `unknown`. */
export type Provider = ProviderSpec<Json, unknown>;

/** Seals the types: what comes back from storage is parsed again before the adapter sees it. */
export function defineProvider<Operation extends Json, Credentials>(
  spec: ProviderSpec<Operation, Credentials>,
): Provider {
  const { authorize, cancel, list, poll, sign, ...rest } = spec;
  return {
    ...rest,
    sign: (request, held, context) => sign(request, spec.credentials.parse(held), context),
    poll: {
      ...poll,
      build: (operation) => poll.build(spec.operation.parse(operation)),
      parse: (response, operation) => poll.parse(response, spec.operation.parse(operation)),
    },
    ...(list && { list }),
    ...(cancel && {
      cancel: {
        ...cancel,
        build: (operation) => cancel.build(spec.operation.parse(operation)),
        parse: (response, operation) => cancel.parse(response, spec.operation.parse(operation)),
      },
    }),
    ...(authorize && {
      authorize: {
        ...authorize,
        build: ({ credentials, now }) => authorize.build({ credentials: spec.credentials.parse(credentials), now }),
        parse: (response, { credentials, now }) =>
          authorize.parse(response, { credentials: spec.credentials.parse(credentials), now }),
      },
    }),
  };
}
