import { type Picture, picture } from './i420.ts';
import { cover, crossFade, pan } from './motion.ts';

/** A moving picture of a known number of frames; `draw` fills `to` with frame `index`. */
export interface Scene {
  readonly frames: number;
  draw(index: number, to: Picture): void;
}

const even = (length: number): number => 2 * Math.floor(length / 2);

export type Movement = 'small' | 'medium' | 'large';

/** How far a scene moves against the usual way. */
const shares: Readonly<Record<Movement, number>> = { small: 0.4, medium: 1, large: 2 };

/** Samples that a panned ground moves per step; a step is one frame, or more when there is too little ground. */
const strideOf = (movement: Movement): number => (movement === 'large' ? 4 : 2);

interface Pan {
  readonly frames: number;
  /** Of the frame. */
  readonly width: number;
  readonly movement?: Movement | undefined;
}

/** How much wider than the frame a ground must be to be panned for so many frames, in samples. */
export const panMargin = ({ frames, width, movement = 'medium' }: Pan): number =>
  even(shares[movement] * Math.min(2 * frames, width * 0.25));

/** Pans over a ground that is wider than the frame. */
export function panScene(ground: Picture, { frames, width, movement = 'medium' }: Pan): Scene {
  const room = ground.width - width;
  const stride = strideOf(movement);
  const framesPerStep = Math.max(1, Math.ceil((stride * frames) / Math.max(room, stride)));
  return {
    frames,
    draw(index, to) {
      pan(ground, { to, x: Math.min(even(room), stride * Math.floor(index / framesPerStep)) });
    },
  };
}

/** How far a still picture is magnified over its scene. */
const zoomed = 0.07;

/** Frames between two moves of a zoom, 2 at 720p, 3 at 1080p, 4 at 4k: nobody sees it, and a move is what costs most. */
const framesPerMove = ({ width, height }: Picture): number =>
  Math.min(4, Math.max(2, Math.round((width * height) / 700_000)));

interface Zoom {
  readonly frames: number;
  readonly outwards?: boolean;
  readonly movement?: Movement | undefined;
}

/** Zooms slowly into a still: frame 0 is the picture itself. With `outwards` it ends with the picture itself instead. */
export function zoomScene(still: Picture, options: Zoom): Scene {
  const { frames, outwards = false, movement = 'medium' } = options;
  const whole = zoomed * shares[movement];
  const shown = picture(still.width, still.height);
  const pace = framesPerMove(still);
  let shownStep = -1;
  return {
    frames,
    draw(index, to) {
      const step = Math.floor((outwards ? frames - 1 - index : index) / pace);
      if (step !== shownStep) cover(still, shown, 1 + (whole * pace * step) / Math.max(frames, 2));
      shownStep = step;
      to.data.set(shown.data);
    },
  };
}

/** Begins as one scene and ends as the other, mixing them in the middle. Both have the same number of frames. */
export function fadeScene(first: Scene, last: Scene): Scene {
  const { frames } = first;
  const start = Math.round(frames * 0.4);
  const end = Math.max(start + 1, Math.round(frames * 0.8));
  let over: Picture | undefined;
  return {
    frames,
    draw(index, to) {
      if (index === frames - 1 || index >= end) return last.draw(index, to);
      first.draw(index, to);
      if (index < start) return;
      over ??= picture(to.width, to.height);
      last.draw(index, over);
      crossFade(to, over, (index - start + 1) / (end - start + 1));
    },
  };
}
