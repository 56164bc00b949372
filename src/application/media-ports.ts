import type { MediaKind } from '../domain/request.ts';
import type { Download, OutputPlace, ResumePoint } from './download.ts';
import type { Scope } from './scope.ts';

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
  /** The same of any address or data URI, by the whole file where parts do not tell. Nothing is kept. */
  measure(url: string, limits: { readonly maxBytes: number }): Promise<{ readonly facts: MediaFact } | MediaRefusal>;
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
