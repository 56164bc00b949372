import type { Json } from './json.ts';

/** What a generation starts from. */
export const MODES = ['text', 'image', 'frames', 'references', 'extend', 'edit'] as const;
export type Mode = (typeof MODES)[number];

export const RESOLUTIONS = ['360p', '480p', '540p', '720p', '1080p', '2k', '4k'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** `adaptive`: the model chooses by the inputs. */
export const ASPECT_RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4', '21:9', 'adaptive'] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

export const MEDIA_KINDS = ['image', 'video', 'audio'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** The part an input plays. `source` is the video that an extension or an edit starts from. */
export const INPUT_ROLES = ['first_frame', 'last_frame', 'reference', 'source'] as const;
export type InputRole = (typeof INPUT_ROLES)[number];

/** Where an input is: a public address that is passed on, or our own copy. */
export type InputSource =
  | { readonly url: string }
  | {
      readonly stored: string;
      readonly mediaType: string;
      readonly bytes: number;
      readonly seconds?: number;
      /** The copy's id, decimal: a link to it is made when it is sent. */
      readonly id?: string;
      /** How the vendor gets it, decided when the request was accepted. Absent, in old rows: inside the request. */
      readonly send?: 'inline' | 'link';
    };

/** The form in which a vendor gets an input: an address (http, https or data URI), or bytes. */
export type DeliveredMedia = { readonly url: string } | { readonly base64: string; readonly mediaType: string };

export interface Input<Source = InputSource> {
  readonly role: InputRole;
  readonly kind: MediaKind;
  readonly source: Source;
  /** Length in seconds, where it was measured; price and limits of some models depend on it. */
  readonly seconds?: number;
}

/**
 * A request with every default resolved: what is here is what is sent, held and billed.
 * `options` holds the vendor's own knobs, already checked against the model's strict schema.
 */
export interface GenerationRequest<Source = InputSource> {
  readonly mode: Mode;
  readonly prompt: string;
  readonly inputs: readonly Input<Source>[];
  readonly seconds: number;
  readonly resolution: Resolution;
  /** Absent: the picture follows the input. */
  readonly aspectRatio?: AspectRatio;
  readonly audio: boolean;
  readonly seed?: number;
  readonly offPeak: boolean;
  readonly options: Readonly<Record<string, Json>>;
}

/** A change that was decided for the caller and that the caller is told about. */
export interface Warning {
  readonly code: string;
  readonly param: string;
  readonly message: string;
  readonly requested?: Json;
  readonly sent?: Json;
}

export const inputsOf = <Source>(
  request: GenerationRequest<Source>,
  role: InputRole,
  kind?: MediaKind,
): readonly Input<Source>[] =>
  request.inputs.filter((input) => input.role === role && (kind === undefined || input.kind === kind));
