import type { InputRole, Mode } from '../../domain/request.ts';

/** Where a create goes, and what its pictures are there (Vidu: request parameters). */
export interface Endpoint {
  readonly path: string;
  readonly mode: Mode;
  /** What the pictures in `images` are, in order; exactly these many. Absent: references, or none at all. */
  readonly frames?: readonly InputRole[];
  /** Fields of media that it takes. */
  readonly media: readonly string[];
}

export const ENDPOINTS: readonly Endpoint[] = [
  { path: 'text2video', mode: 'text', media: [] },
  { path: 'img2video', mode: 'image', frames: ['first_frame'], media: ['images'] },
  { path: 'start-end2video', mode: 'frames', frames: ['first_frame', 'last_frame'], media: ['images'] },
  { path: 'reference2video', mode: 'references', media: ['images', 'videos', 'subjects', 'sounds'] },
];

/** Zenlayer's prefix first, then Vidu's own: the same bodies and answers. */
export const VIDU_PREFIXES = ['/v1/vidu', '/ent/v2'] as const;

/**
 * What `type` says of a task. img2video and headtailimg2video stand in Vidu's answers; character2video is its word for
 * references elsewhere; it has none for the last two.
 */
export const TYPES: Readonly<Record<Mode, string>> = {
  text: 'text2video',
  image: 'img2video',
  frames: 'headtailimg2video',
  references: 'character2video',
  extend: 'extend',
  edit: 'edit',
};

/** Position of a watermark, by Vidu's number (Vidu: common parameters). */
export const POSITIONS: Readonly<Record<string, number>> = {
  top_left: 1,
  top_right: 2,
  bottom_right: 3,
  bottom_left: 4,
};
