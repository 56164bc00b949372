import type { SKRSContext2D } from '@napi-rs/canvas';
import { blueDifferenceOf, lumaOf, type Picture, type Plane, planesOf, redDifferenceOf } from './i420.ts';

/** A drawing made once and laid over many pictures: I420 colours with an alpha (0 to 256) per sample. All sizes are even. */
export interface Overlay {
  readonly width: number;
  readonly height: number;
  readonly colours: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly alphas: readonly [Uint16Array, Uint16Array, Uint16Array];
}

/** Takes the top left part of a canvas; width and height are even. */
export function overlayFrom(context: SKRSContext2D, size: { width: number; height: number }): Overlay {
  const { width, height } = size;
  const rgba = context.getImageData(0, 0, width, height).data;
  const chroma = (width * height) / 4;
  const luma = new Uint8Array(width * height);
  const lumaAlpha = new Uint16Array(width * height);
  const blue = new Uint8Array(chroma);
  const red = new Uint8Array(chroma);
  const chromaAlpha = new Uint16Array(chroma);
  for (let index = 0; index < luma.length; index += 1) {
    luma[index] = lumaOf(rgba[index * 4] ?? 0, rgba[index * 4 + 1] ?? 0, rgba[index * 4 + 2] ?? 0);
    lumaAlpha[index] = toShare(rgba[index * 4 + 3] ?? 0);
  }
  for (let index = 0; index < chroma; index += 1) {
    const [r, g, b, alpha] = meanOfFour(rgba, { index, width });
    blue[index] = blueDifferenceOf(r, g, b);
    red[index] = redDifferenceOf(r, g, b);
    chromaAlpha[index] = toShare(alpha);
  }
  return { width, height, colours: [luma, blue, red], alphas: [lumaAlpha, chromaAlpha, chromaAlpha] };
}

/** 0 to 255 becomes 0 to 256, so that opaque is exact after a shift by 8. */
const toShare = (alpha: number): number => alpha + (alpha >> 7);

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** The colour of a 2 x 2 block, weighted by alpha: a transparent pixel has no colour to give. */
function meanOfFour(rgba: Uint8ClampedArray, { index, width }: { index: number; width: number }): Colour {
  const half = width / 2;
  const first = (Math.floor(index / half) * 2 * width + (index % half) * 2) * 4;
  let red = 0;
  let green = 0;
  let blue = 0;
  let total = 0;
  for (const at of [first, first + 4, first + width * 4, first + width * 4 + 4]) {
    const alpha = rgba[at + 3] ?? 0;
    red += (rgba[at] ?? 0) * alpha;
    green += (rgba[at + 1] ?? 0) * alpha;
    blue += (rgba[at + 2] ?? 0) * alpha;
    total += alpha;
  }
  if (total === 0) return [0, 0, 0, 0];
  return [Math.round(red / total), Math.round(green / total), Math.round(blue / total), total >> 2];
}

/** Where to lay an overlay, in even samples, and how strongly (0 to 1). */
export interface Place {
  readonly at: { readonly x: number; readonly y: number };
  readonly opacity: number;
}

/** Lays an overlay over a picture that has room for it. */
export function lay(overlay: Overlay, onto: Picture, { at, opacity }: Place): void {
  const strength = Math.round(opacity * 256);
  if (strength === 0) return;
  const [y, u, v] = planesOf(onto);
  const [ya, ua, va] = overlay.alphas;
  const [yc, uc, vc] = overlay.colours;
  const half = { x: at.x / 2, y: at.y / 2, width: overlay.width / 2, height: overlay.height / 2, strength };
  layPlane(y, { x: at.x, y: at.y, width: overlay.width, height: overlay.height, strength, colours: yc, alphas: ya });
  layPlane(u, { ...half, colours: uc, alphas: ua });
  layPlane(v, { ...half, colours: vc, alphas: va });
}

interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly strength: number;
  readonly colours: Uint8Array;
  readonly alphas: Uint16Array;
}

function layPlane({ samples, width }: Plane, patch: Patch): void {
  const { colours, alphas, strength } = patch;
  for (let row = 0; row < patch.height; row += 1) {
    let out = (patch.y + row) * width + patch.x;
    const end = (row + 1) * patch.width;
    for (let index = row * patch.width; index < end; index += 1, out += 1) {
      const alpha = ((alphas[index] ?? 0) * strength) >> 8;
      if (alpha === 0) continue;
      const value = samples[out] ?? 0;
      samples[out] = value + ((((colours[index] ?? 0) - value) * alpha + 128) >> 8);
    }
  }
}

/** Fills a rectangle with one colour (RGB): the progress bar. Sizes are made even. */
export function fill(onto: Picture, area: { x: number; y: number; width: number; height: number; rgb: number }): void {
  const red = area.rgb >> 16;
  const green = (area.rgb >> 8) & 255;
  const blue = area.rgb & 255;
  const values = [lumaOf(red, green, blue), blueDifferenceOf(red, green, blue), redDifferenceOf(red, green, blue)];
  for (const [index, plane] of planesOf(onto).entries()) {
    const scale = index === 0 ? 1 : 2;
    for (let row = area.y / scale; row < (area.y + area.height) / scale; row += 1) {
      const start = row * plane.width + area.x / scale;
      plane.samples.fill(values[index] ?? 0, start, start + Math.floor(area.width / 2) * (2 / scale));
    }
  }
}
