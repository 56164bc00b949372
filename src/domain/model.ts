import type { ZodObject } from 'zod';
import type { AspectRatio, InputRole, MediaKind, Mode, Resolution } from './request.ts';

/** How many inputs of a role and kind a mode takes, and how the vendor wants them. */
export interface InputRule {
  readonly role: InputRole;
  readonly kind: MediaKind;
  readonly min: number;
  readonly max: number;
  /** `url`: only a public address; `url-or-data`: a data URI too; `bytes`: only the bytes, so we fetch. */
  readonly as: 'url' | 'url-or-data' | 'bytes';
  /** Media types the vendor takes. */
  readonly mediaTypes: readonly string[];
  readonly maxBytes: number;
  /** Length limits of a video or sound, in seconds. */
  readonly seconds?: { readonly min: number; readonly max: number; readonly total?: number };
  /** Width and height as they are seen, in pixels: each of them. */
  readonly side?: { readonly min: number; readonly max?: number };
  /** Width times height. */
  readonly pixels?: Span;
  /** Width by height, as they are seen. */
  readonly ratio?: Span;
  /** Frames per second of a video. */
  readonly fps?: Span;
  /** How the pictures and the sound of a video may be coded, in the prober's words; without sound is fine. */
  readonly codecs?: { readonly video: readonly string[]; readonly audio: readonly string[] };
}

export interface Span {
  readonly min: number;
  readonly max: number;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** What one model can do in one mode. Validation, quote, model list, OpenAPI and docs are derived from it. */
export interface Capabilities {
  /** Whole seconds the vendor takes, ascending. On extension: the seconds that are added. */
  readonly seconds: readonly number[];
  readonly defaultSeconds: number;
  /** A duration that is not in `seconds` but is accepted and sent as another one, with a warning: { 4: 8 }. */
  readonly adjustSeconds?: Readonly<Record<number, number>>;
  readonly resolutions: readonly Resolution[];
  readonly defaultResolution: Resolution;
  /** Durations that have fewer tiers, the default there first: { 8: ['720p'] }. */
  readonly resolutionsAt?: Readonly<Record<number, readonly Resolution[]>>;
  /** Empty: the picture follows the input. */
  readonly aspectRatios: readonly AspectRatio[];
  readonly defaultAspectRatio?: AspectRatio;
  readonly prompt: { readonly required: boolean; readonly maxChars: number };
  readonly inputs: readonly InputRule[];
  /** `total`: most inputs of all kinds together. */
  readonly totalInputs?: { readonly min: number; readonly max: number };
  /** Pixels of the first frame by those of the last. */
  readonly framePair?: Span;
  readonly audio: { readonly choice: 'optional' | 'never' | 'always'; readonly default: boolean };
  readonly seed?: { readonly min: number; readonly max: number };
  /** The vendor's own knobs: a strict schema, each with its default where one is sent. */
  readonly options: ZodObject;
  /** Known names without a counterpart in this mode: accepted, not sent, with a warning. Name to reason. */
  readonly harmless: Readonly<Record<string, string>>;
  readonly offPeak: boolean;
  /** Exact output pixels, where they follow from tier and ratio alone. */
  readonly pixels?: (resolution: Resolution, aspectRatio: AspectRatio) => Pixels | undefined;
}

/** A vendor's model. `id` is the vendor's own name, which callers may use too. */
export interface Model {
  readonly id: string;
  readonly modes: { readonly [M in Mode]?: Capabilities };
  /** Usual time from submit to finished, in seconds, at the vendor: when the first look is due. */
  readonly usualSeconds: number;
  /** The page the facts are from, and the date they were read (ISO). */
  readonly source: { readonly page: string; readonly date: string };
}

/** A public name: what callers say. */
export interface PublicModel {
  readonly id: string;
  readonly family: string;
  /** Which wire fields of media a family takes follows from the family; see the dialects. */
  readonly routes: readonly Route[];
}

/** A way to serve a public model: first route first. */
export interface Route {
  readonly provider: string;
  readonly model: string;
  readonly fixed: { readonly resolution?: Resolution };
  readonly offPeak: boolean;
  /** Restricts the route to these modes; all that the vendor's model has when absent. */
  readonly modes?: readonly Mode[];
}
