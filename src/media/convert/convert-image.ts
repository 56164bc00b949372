import { readFile, writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import type { ImageWish } from '../../application/ports.ts';
import { decodeBmp } from './bmp.ts';
import { decodeHeic, isHeic } from './heic.ts';
import type { RawPicture } from './raw-picture.ts';

/** Why a picture was not converted: the end of a sentence, for the caller. */
export class ConvertRefusal extends Error {}

/** Larger pictures are not decoded: one would need half a gigabyte. */
const MOST_PIXELS = 120_000_000;
/** Lossless pictures up to this stay lossless. */
const SMALL_PIXELS = 4_000_000;
const QUALITY = 92;
const SHRINKS = 8;

sharp.cache(false);
sharp.concurrency(1);
// Only decoders of formats that the prober lets through.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
  ],
});

interface Picture {
  /** A fresh reader of it, upright. */
  readonly open: () => Sharp;
  readonly width: number;
  readonly height: number;
  readonly isLossless: boolean;
  readonly isSeeThrough: boolean;
}

/**
 * Writes the first frame of a picture, upright, without metadata, as an allowed type within the allowed size: PNG where
 * it is see-through, or lossless and small, else JPEG. Throws ConvertRefusal, or whatever the decoder throws.
 */
export async function convertImage({
  from,
  to,
  wish,
}: {
  readonly from: string;
  readonly to: string;
  readonly wish: ImageWish;
}): Promise<void> {
  const picture = await openPicture(from);
  const types = typesFor(picture, wish);
  let scale = Math.min(
    1,
    (wish.maxSide ?? Number.POSITIVE_INFINITY) / Math.max(picture.width, picture.height),
    Math.sqrt((wish.maxPixels ?? Number.POSITIVE_INFINITY) / (picture.width * picture.height)),
  );
  for (let tries = 0; tries < SHRINKS; tries += 1, scale *= 0.8) {
    for (const type of types) {
      const bytes = await encoded(picture, { type, scale });
      if (bytes.length <= wish.maxBytes) return writeFile(to, bytes);
    }
  }
  throw new ConvertRefusal(`it cannot be made smaller than ${wish.maxBytes} bytes.`);
}

async function openPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path);
  if (bytes.toString('latin1', 0, 2) === 'BM') return rawPicture(decodeBmp(bytes, MOST_PIXELS), true);
  if (isHeic(bytes)) return rawPicture(await decodeHeic(bytes, MOST_PIXELS), false);
  const read = (): Sharp => sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true });
  const { format, hasAlpha, autoOrient } = await read().metadata();
  return {
    open: () => read().autoOrient(),
    width: autoOrient.width,
    height: autoOrient.height,
    isLossless: format === 'png' || format === 'gif' || format === 'tiff',
    isSeeThrough: hasAlpha && !(await read().stats()).isOpaque,
  };
}

async function rawPicture({ data, ...raw }: RawPicture, isLossless: boolean): Promise<Picture> {
  const open = (): Sharp => sharp(data, { raw });
  const isSeeThrough = raw.channels === 4 && !(await open().stats()).isOpaque;
  return { open, width: raw.width, height: raw.height, isLossless, isSeeThrough };
}

/** Types to try, the best first. */
function typesFor({ isLossless, isSeeThrough, width, height }: Picture, { mediaTypes }: ImageWish): readonly string[] {
  const isSmall = isLossless && width * height <= SMALL_PIXELS;
  const best = isSeeThrough
    ? ['image/png', 'image/webp', 'image/jpeg']
    : isSmall
      ? ['image/png', 'image/jpeg']
      : ['image/jpeg', 'image/png'];
  const allowed = best.filter((type) => mediaTypes.includes(type));
  if (allowed.length === 0) throw new ConvertRefusal(`none of ${mediaTypes.join(', ')} is written here.`);
  return allowed;
}

function encoded(
  { open, width, height }: Picture,
  { type, scale }: { readonly type: string; readonly scale: number },
): Promise<Buffer> {
  const size = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  const sized = scale < 1 ? open().resize({ ...size, fit: 'fill' }) : open();
  if (type === 'image/png') return sized.png().toBuffer();
  if (type === 'image/webp') return sized.webp({ quality: QUALITY }).toBuffer();
  return sized.flatten({ background: '#ffffff' }).jpeg({ quality: QUALITY }).toBuffer();
}
