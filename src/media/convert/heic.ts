import type { RawPicture } from './raw-picture.ts';

/** HEIC's brands, and the general ones that its writers put first. AVIF is not among them: sharp reads it. */
const BRANDS = /^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/;

export const isHeic = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 4, 8) === 'ftyp' &&
  BRANDS.test(bytes.toString('latin1', 8, 12)) &&
  !bytes.toString('latin1', 16, Math.min(bytes.readUInt32BE(0), 256)).includes('avi');

/**
 * The primary picture of a HEIC file, turned as the file says. The decoder is loaded at the first one. Throws where there
 * is none, or it is too large.
 */
export async function decodeHeic(bytes: Buffer, mostPixels: number): Promise<RawPicture> {
  const { default: libheif } = await import('libheif-js/wasm-bundle.js');
  const pictures = new libheif.HeifDecoder().decode(bytes);
  const picture = pictures.find((candidate) => candidate.is_primary()) ?? pictures[0];
  if (!picture) throw new Error('no picture in it');
  const [width, height] = [picture.get_width(), picture.get_height()];
  if (width * height > mostPixels) throw new Error('too many pixels');
  const space = { data: new Uint8ClampedArray(width * height * 4), width, height };
  const filled = await new Promise<typeof space | null>((resolve) => picture.display(space, resolve));
  if (!filled) throw new Error('it cannot be decoded');
  return { data: Buffer.from(filled.data.buffer), width, height, channels: 4 };
}
