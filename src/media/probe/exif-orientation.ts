import { ByteView } from './byte-view.ts';

const orientationTag = 0x0112;
const maxEntries = 512;

/**
 * The orientation (1 to 8) in a TIFF structure, as it lies in JPEG's APP1 and WebP's EXIF chunk. EXIF is written by
 * everything and checked by nothing: what cannot be read counts as 1, as in every viewer.
 */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new ByteView(tiff);
  if (view.length < 14) return 1;
  const order = view.latin1(0, 2);
  if (order !== 'II' && order !== 'MM') return 1;
  const u16 = (offset: number) => (order === 'II' ? view.u16le(offset) : view.u16(offset));
  const directory = order === 'II' ? view.u32le(4) : view.u32(4);
  if (directory + 2 > view.length) return 1;
  const entries = Math.min(u16(directory), maxEntries, Math.floor((view.length - directory - 2) / 12));
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * 12;
    if (u16(entry) !== orientationTag) continue;
    const value = u16(entry + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Width and height as they are seen: orientations 5 to 8 lie on their side. */
export function oriented(size: { readonly width: number; readonly height: number; readonly orientation: number }) {
  if (size.orientation < 5) return size;
  return { width: size.height, height: size.width, orientation: size.orientation };
}
