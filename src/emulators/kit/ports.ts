/** What the emulators need from outside their room, declared by shape so that they import nothing of it. */

/** A picture, clip or sound on local disk. */
export interface StudioInput {
  readonly kind: 'image' | 'video' | 'audio';
  readonly path: string;
}

/** What the renderer is asked for; `seconds` is the new material (an extension adds it to its source). */
export interface RenderSpec {
  readonly prompt: string;
  readonly seed: number;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly audio: boolean;
  readonly label: string;
  readonly first?: StudioInput;
  readonly last?: StudioInput;
  readonly references?: readonly StudioInput[];
  readonly source?: StudioInput;
  readonly watermark?: {
    readonly text: string;
    readonly position: 'top-left' | 'top-right' | 'bottom-right' | 'bottom-left';
    /** In the text's place. */
    readonly image?: StudioInput;
  };
  readonly music?: boolean;
  readonly speech?: { readonly only?: 'speech' | 'effects'; readonly voice?: string };
  readonly movement?: 'small' | 'medium' | 'large';
  /** Further words of the video's header. */
  readonly remarks?: readonly string[];
  readonly stock?: boolean;
}

/** The finished files of one spec. */
export interface Rendering {
  readonly videoPath: string;
  readonly posterPath: string;
  readonly lastFramePath: string;
}

/** The renderer. Equal specs give equal files, from a cache when it has them. */
export interface Studio {
  render(spec: RenderSpec): Promise<Rendering>;
}

/** What a probe says about a file. Width and height are as shown, after rotation. */
export type MediaFacts =
  | {
      readonly kind: 'image';
      readonly format: string;
      readonly bytes: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: 'video';
      readonly format: string;
      readonly bytes: number;
      readonly width: number;
      readonly height: number;
      readonly seconds: number;
      readonly fps: number;
    }
  | { readonly kind: 'audio'; readonly format: string; readonly bytes: number; readonly seconds: number };

/** Fetches a URL a stranger gave us into a file that the caller may move away. Rejects with a reason. */
export type FetchMedia = (
  url: string,
  limits: { readonly maxBytes: number },
) => Promise<{ readonly path: string; readonly facts: MediaFacts }>;

/** POSTs JSON to a URL that a stranger gave us; gives the answer's status. Rejects when there is no answer. */
export type PostCallback = (
  url: string,
  call: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
) => Promise<number>;

/** Structured log line: `noun.verb` and fields. */
export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;
