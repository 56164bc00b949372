import type { AspectRatio, InputRole, MediaKind, Mode } from './request.ts';

/** An input as a caller gave it, and where in the caller's body it stood. */
export interface DraftInput {
  readonly role: InputRole;
  readonly kind: MediaKind;
  /** http, https or data URI. */
  readonly url: string;
  readonly param: string;
}

/** A value and the caller's own name for its field. */
export interface Named<T> {
  readonly value: T;
  readonly param: string;
}

/** The caller's words, for messages. */
interface Vocabulary {
  /** Every field of the protocol, so that a typing error can be told from it. */
  readonly fields: readonly string[];
  /** What an input is called, by role and kind: `first_frame.image` is `image`. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * A request as a dialect understood it, before the catalogue has been asked: nothing is defaulted, nothing decided.
 * Absent is `undefined`; null never arrives here.
 */
export interface Draft {
  readonly model: string;
  readonly prompt?: Named<string>;
  readonly inputs: readonly DraftInput[];
  readonly seconds?: Named<number>;
  /** A tier such as 720p, or exact pixels such as 1280x720. */
  readonly size?: Named<string>;
  readonly aspectRatio?: Named<AspectRatio | string>;
  readonly audio?: Named<boolean>;
  readonly seed?: Named<number>;
  /** Said by the endpoint; absent, it follows from the inputs. */
  readonly mode?: Named<Mode>;
  /** True asks for off-peak hours, which a model's name may also do. */
  readonly offPeak?: Named<boolean>;
  readonly vocabulary?: Vocabulary;
  /** All other fields, under their neutral names: options of the vendor, or unknown. */
  readonly options: Readonly<Record<string, Named<unknown>>>;
}
