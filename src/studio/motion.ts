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

/**
 * Where each output sample lies in the input: its left (or upper) neighbour times 512, plus the share of the next one
 * (0 to 256). One number, because reading one table is faster than reading two.
 */
function steps(size: { from: number; to: number; start: number; length: number }): Int32Array {
  const found = new Int32Array(size.to);
  const scale = size.length / size.to;
  for (let index = 0; index < size.to; index += 1) {
    const position = Math.min(Math.max(size.start + (index + 0.5) * scale - 0.5, 0), size.from - 1);
    const left = Math.min(Math.floor(position), Math.max(size.from - 2, 0));
    found[index] = left * 512 + (size.from === 1 ? 0 : Math.round((position - left) * 256));
  }
  return found;
}

/** A half of what the shift by 8 cuts off, for both samples of a pair. */
const half = 0x80_0080;

/** Rows of a plane between two of its rows: four samples at a time, as two pairs in a 32-bit word. */
interface RowMixer {
  /** The mix of row `at` and the next one; `weight` (0 to 256) is the share of the next. Valid until the next call. */
  mix(at: number, weight: number): Uint8Array;
}

function rowMixer({ samples, width, height }: Plane): RowMixer {
  // Copied, because a row of a plane need not begin at a multiple of four bytes.
  const words = Math.ceil((width + 1) / 4);
  const upper = new Uint32Array(words);
  const lower = new Uint32Array(words);
  const mixed = new Uint32Array(words);
  const upperBytes = new Uint8Array(upper.buffer);
  const lowerBytes = new Uint8Array(lower.buffer);
  const mixedBytes = new Uint8Array(mixed.buffer);
  return {
    mix(at, weight) {
      const start = at * width;
      upperBytes.set(samples.subarray(start, start + width));
      if (weight === 0 || at + 1 >= height) return upperBytes;
      lowerBytes.set(samples.subarray(start + width, start + 2 * width));
      const rest = 256 - weight;
      for (let index = 0; index < words; index += 1) {
        const a = upper[index] ?? 0;
        const b = lower[index] ?? 0;
        const even = (Math.imul(a & 0xff00ff, rest) + Math.imul(b & 0xff00ff, weight) + half) | 0;
        const odd = (Math.imul((a >>> 8) & 0xff00ff, rest) + Math.imul((b >>> 8) & 0xff00ff, weight) + half) | 0;
        mixed[index] = ((even >>> 8) & 0xff00ff) | (odd & 0xff00ff00);
      }
      return mixedBytes;
    },
  };
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
  const rows = rowMixer(from);
  const { samples, width } = to;
  for (let row = 0; row < to.height; row += 1) {
    const step = down[row] ?? 0;
    const mixed = rows.mix(step >> 9, step & 511);
    const start = row * width;
    for (let index = 0; index < width; index += 1) {
      const place = across[index] ?? 0;
      const left = place >> 9;
      const value = mixed[left] ?? 0;
      samples[start + index] = value + ((((mixed[left + 1] ?? 0) - value) * (place & 511) + 128) >> 8);
    }
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
