import { type Picture, type Plane, picture, planePairs, planesOf } from './i420.ts';

/** Moves of whole pictures: pan, zoom, cross-fade, turn. All write into a picture of the wanted size. */

/** Copies the part of `from` that starts `x` samples from its left edge (even) into `to`, which has the same height. */
export function pan(from: Picture, { to, x }: { to: Picture; x: number }): void {
  for (const [source, target] of planePairs(from, to)) {
    const left = source.width === from.width ? x : x / 2;
    for (let row = 0; row < target.height; row += 1) {
      const start = row * source.width + left;
      target.samples.set(source.samples.subarray(start, start + target.width), row * target.width);
    }
  }
}

/** Where each output sample lies in the input: the left neighbour and the weight of the right one (0 to 255). */
interface Steps {
  readonly at: Int32Array;
  readonly weight: Uint16Array;
}

function steps(size: { from: number; to: number; start: number; length: number }): Steps {
  const at = new Int32Array(size.to);
  const weight = new Uint16Array(size.to);
  const scale = size.length / size.to;
  for (let index = 0; index < size.to; index += 1) {
    const position = Math.min(Math.max(size.start + (index + 0.5) * scale - 0.5, 0), size.from - 1);
    const left = Math.min(Math.floor(position), Math.max(size.from - 2, 0));
    at[index] = left;
    weight[index] = size.from === 1 ? 0 : Math.round((position - left) * 256);
  }
  return { at, weight };
}

/** Resamples one row into 8.8 fixed point. */
function sampleRow(plane: Plane, row: number, { across, out }: { across: Steps; out: Uint16Array }): void {
  const { samples, width } = plane;
  const start = row * width;
  const { at, weight } = across;
  for (let index = 0; index < out.length; index += 1) {
    const left = start + (at[index] ?? 0);
    const share = weight[index] ?? 0;
    out[index] = (samples[left] ?? 0) * (256 - share) + (samples[left + 1] ?? 0) * share;
  }
}

function mixRows(rows: { upper: Uint16Array; lower: Uint16Array; weight: number }, out: Uint8Array): void {
  const { upper, lower, weight } = rows;
  const rest = 256 - weight;
  for (let index = 0; index < out.length; index += 1) {
    out[index] = ((upper[index] ?? 0) * rest + (lower[index] ?? 0) * weight + 32768) >>> 16;
  }
}

/** The part of a plane that is shown, in its samples. */
interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function scalePlane(from: Plane, to: Plane, window: Window): void {
  const across = steps({ from: from.width, to: to.width, start: window.x, length: window.width });
  const down = steps({ from: from.height, to: to.height, start: window.y, length: window.height });
  let upper = new Uint16Array(to.width);
  let lower = new Uint16Array(to.width);
  let upperRow = -1;
  let lowerRow = -1;
  for (let row = 0; row < to.height; row += 1) {
    const top = down.at[row] ?? 0;
    const bottom = Math.min(top + 1, from.height - 1);
    if (top !== upperRow) {
      if (top === lowerRow) {
        [upper, lower] = [lower, upper];
        lowerRow = -1;
      } else sampleRow(from, top, { across, out: upper });
      upperRow = top;
    }
    if (bottom !== lowerRow) {
      sampleRow(from, bottom, { across, out: lower });
      lowerRow = bottom;
    }
    const out = to.samples.subarray(row * to.width, (row + 1) * to.width);
    mixRows({ upper, lower, weight: down.weight[row] ?? 0 }, out);
  }
}

/**
 * Scales `from` to fill `to`, centred, cutting what sticks out, then magnified by `zoom` (1 or more). Bilinear; with equal
 * sizes and zoom 1 it is a plain copy.
 */
export function cover(from: Picture, to: Picture, zoom = 1): void {
  if (zoom === 1 && from.width === to.width && from.height === to.height) {
    to.data.set(from.data);
    return;
  }
  const scale = Math.max(to.width / from.width, to.height / from.height) * zoom;
  for (const [source, target] of planePairs(from, to)) {
    const width = target.width / scale;
    const height = target.height / scale;
    scalePlane(source, target, { x: (source.width - width) / 2, y: (source.height - height) / 2, width, height });
  }
}

/** Mixes `over` into `base` (same size); `share` of `over` is 0 to 1. */
export function crossFade(base: Picture, over: Picture, share: number): void {
  const weight = Math.round(share * 256);
  const under = base.data;
  const top = over.data;
  for (let index = 0; index < under.length; index += 1) {
    const value = under[index] ?? 0;
    under[index] = value + ((((top[index] ?? 0) - value) * weight + 128) >> 8);
  }
}

/** Turns a picture clockwise, for videos that a phone stored lying on their side. */
export function turn(from: Picture, degrees: 0 | 90 | 180 | 270): Picture {
  if (degrees === 0) return from;
  const out = degrees === 180 ? picture(from.width, from.height) : picture(from.height, from.width);
  const targets = planesOf(out);
  for (const [index, source] of planesOf(from).entries()) {
    const target = targets[index];
    if (target !== undefined) turnPlane(source, target, degrees);
  }
  return out;
}

function turnPlane(from: Plane, to: Plane, degrees: 90 | 180 | 270): void {
  for (let row = 0; row < from.height; row += 1) {
    for (let column = 0; column < from.width; column += 1) {
      const value = from.samples[row * from.width + column] ?? 0;
      if (degrees === 180) to.samples[(from.height - 1 - row) * to.width + (from.width - 1 - column)] = value;
      else if (degrees === 90) to.samples[column * to.width + (from.height - 1 - row)] = value;
      else to.samples[(from.width - 1 - column) * to.width + row] = value;
    }
  }
}
