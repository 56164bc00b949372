import type { Corner } from './furniture.ts';
import type { Movement } from './scene.ts';

/** A media file on local disk that the picture or the sound is made from. */
export interface StudioInput {
  readonly kind: 'image' | 'video' | 'audio';
  readonly path: string;
}

/** A text in a corner, or an image in its place. */
interface SpecWatermark {
  readonly text: string;
  readonly position: Corner;
  readonly image?: StudioInput;
}

/** Tones that come and go like syllables, bursts of noise, or syllables over the chord; each voice has its own pitch. */
interface SpecSpeech {
  readonly only?: 'speech' | 'effects';
  readonly voice?: string;
}

/** What to render. Sizes in pixels, lengths in seconds. */
export interface RenderSpec {
  readonly prompt: string;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** Length of the new material; with `source` it comes on top of the source's length. */
  readonly seconds: number;
  /** Exact and even. */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly audio: boolean;
  /** First line of the header, such as "viduq3-pro · image · 720p". */
  readonly label: string;
  readonly first?: StudioInput;
  readonly last?: StudioInput;
  /** Images and a frame of each video become a collage; the sound of videos and audios is used. */
  readonly references?: readonly StudioInput[];
  /** A video to extend. */
  readonly source?: StudioInput;
  readonly watermark?: SpecWatermark;
  /** Background music: a melody, alone when `audio` is false. */
  readonly music?: boolean;
  /** What is heard when `audio` is true; a chord without it. */
  readonly speech?: SpecSpeech;
  /** How far the picture moves; `medium` when absent. */
  readonly movement?: Movement;
  /** Further words of the header's second line, such as "anime style". */
  readonly remarks?: readonly string[];
  /**
   * A fixed clip of the wanted size, length, rate and sound that is rendered once and then only looked up: for load tests.
   * Prompt, seed and inputs are not looked at; an extension is rendered in full, because its length depends on its source.
   */
  readonly stock?: boolean;
}

/** The files of a rendering, in the cache folder: MP4 and two JPEGs. `seconds` is the whole length. */
export interface Rendering {
  readonly videoPath: string;
  readonly posterPath: string;
  readonly lastFramePath: string;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}
