/** Pictures as the encoder takes them: I420, BT.709, limited range, in plain typed arrays (canvas reads back too slowly). */

/** One I420 picture. Width and height are even; `y`, `u`, `v` are views of `data`, in this order. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** One plane of a picture: `width` x `height` samples without padding. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array;
}

/** A picture over `data` (width * height * 1.5 bytes), or over new memory. */
export function picture(width: number, height: number, data = new Uint8Array((width * height * 3) / 2)): Picture {
  const luma = width * height;
  const chroma = luma / 4;
  return {
    width,
    height,
    data,
    y: data.subarray(0, luma),
    u: data.subarray(luma, luma + chroma),
    v: data.subarray(luma + chroma, luma + 2 * chroma),
  };
}

/** The three planes of a picture: Y in full size, U and V in half. */
export function planesOf({ width, height, y, u, v }: Picture): readonly [Plane, Plane, Plane] {
  const half = { width: width / 2, height: height / 2 };
  return [
    { width, height, samples: y },
    { ...half, samples: u },
    { ...half, samples: v },
  ];
}

/** Two pictures' planes side by side, for work that treats the planes alike. */
export function planePairs(a: Picture, b: Picture): readonly (readonly [Plane, Plane])[] {
  const [ay, au, av] = planesOf(a);
  const [by, bu, bv] = planesOf(b);
  return [
    [ay, by],
    [au, bu],
    [av, bv],
  ];
}

/** Weights of BT.709 limited range, times 65536, rounded so that grey stays grey. */
const yRed = 11966;
const yGreen = 40254;
const yBlue = 4064;

/** The luma of an RGB colour, 16 to 235. */
export const lumaOf = (red: number, green: number, blue: number): number =>
  (yRed * red + yGreen * green + yBlue * blue + (16 << 16) + 32768) >> 16;
/** The blue difference of an RGB colour, 16 to 240. */
export const blueDifferenceOf = (red: number, green: number, blue: number): number =>
  (-6596 * red - 22189 * green + 28784 * blue + (128 << 16) + 32768) >> 16;
/** The red difference of an RGB colour, 16 to 240. */
export const redDifferenceOf = (red: number, green: number, blue: number): number =>
  (28784 * red - 26145 * green - 2640 * blue + (128 << 16) + 32768) >> 16;

/** Converts opaque RGBA (4 bytes a pixel) to I420; chroma is the mean of 2 x 2 pixels. */
export function pictureFromRgba(
  rgba: Uint8Array | Uint8ClampedArray,
  size: { width: number; height: number },
): Picture {
  const { width, height } = size;
  const out = picture(width, height);
  for (let row = 0; row < height; row += 2) {
    let top = row * width * 4;
    let bottom = top + width * 4;
    let luma = row * width;
    let chroma = (row * width) / 4;
    for (let column = 0; column < width; column += 2, top += 8, bottom += 8, luma += 2, chroma += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let pixel = 0; pixel < 4; pixel += 1) {
        const at = (pixel < 2 ? top : bottom) + (pixel & 1) * 4;
        const r = rgba[at] ?? 0;
        const g = rgba[at + 1] ?? 0;
        const b = rgba[at + 2] ?? 0;
        red += r;
        green += g;
        blue += b;
        out.y[luma + (pixel & 1) + (pixel < 2 ? 0 : width)] = lumaOf(r, g, b);
      }
      out.u[chroma] = blueDifferenceOf(red >> 2, green >> 2, blue >> 2);
      out.v[chroma] = redDifferenceOf(red >> 2, green >> 2, blue >> 2);
    }
  }
  return out;
}

/** Converts to opaque RGBA, for posters. */
export function rgbaFromPicture({ width, height, y, u, v }: Picture): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4);
  let out = 0;
  for (let row = 0; row < height; row += 1) {
    const chromaRow = (row >> 1) * (width / 2);
    for (let column = 0; column < width; column += 1, out += 4) {
      const luma = 76309 * ((y[row * width + column] ?? 16) - 16) + 32768;
      const blue = (u[chromaRow + (column >> 1)] ?? 128) - 128;
      const red = (v[chromaRow + (column >> 1)] ?? 128) - 128;
      rgba[out] = (luma + 117489 * red) >> 16;
      rgba[out + 1] = (luma - 13975 * blue - 34925 * red) >> 16;
      rgba[out + 2] = (luma + 138438 * blue) >> 16;
      rgba[out + 3] = 255;
    }
  }
  return rgba;
}
