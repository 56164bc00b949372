import type { BlockReader } from './block-reader.ts';
import { exifOrientation, oriented } from './exif-orientation.ts';
import { image } from './image-formats.ts';
import type { ImageFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';
import { type RiffChunk, riffChunks } from './riff.ts';

const exifFlag = 0x08;

/** WebP: simple lossy (VP8), simple lossless (VP8L) and extended (VP8X, the only one with EXIF). */
export async function probeWebp(reader: BlockReader): Promise<ImageFacts> {
  const riff = await reader.view(0, 20);
  if (riff.u32le(4) + 8 > reader.size) throw new ProbeError('truncated', 'the WebP ends before the size it declares');
  const name = riff.fourCharacters(12);
  const chunk = { name, offset: 20, length: riff.u32le(16) };
  return image({ format: 'webp', bytes: reader.size, ...oriented(await sizeOf(reader, chunk)) });
}

async function sizeOf(reader: BlockReader, chunk: RiffChunk) {
  if (chunk.name === 'VP8 ') return { ...(await lossySize(reader, chunk.offset)), orientation: 1 };
  if (chunk.name === 'VP8L') return { ...(await losslessSize(reader, chunk.offset)), orientation: 1 };
  if (chunk.name === 'VP8X') return extended(reader, chunk.offset);
  throw new ProbeError('malformed', 'the WebP starts with a chunk that is no picture');
}

async function lossySize(reader: BlockReader, offset: number) {
  const frame = await reader.view(offset, 10);
  if (frame.u24le(3) !== 0x2a019d) throw new ProbeError('malformed', 'the WebP picture has no start code');
  return { width: frame.u16le(6) & 0x3fff, height: frame.u16le(8) & 0x3fff };
}

async function losslessSize(reader: BlockReader, offset: number) {
  const frame = await reader.view(offset, 5);
  if (frame.u8(0) !== 0x2f) throw new ProbeError('malformed', 'the WebP picture has no signature');
  const bits = frame.u32le(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

async function extended(reader: BlockReader, offset: number) {
  const canvas = await reader.view(offset, 10);
  const [width, height] = [canvas.u24le(4) + 1, canvas.u24le(7) + 1];
  if (width * height >= 2 ** 32) throw new ProbeError('malformed', 'the WebP canvas is larger than a WebP can be');
  const orientation = (canvas.u8(0) & exifFlag) === 0 ? 1 : await exifOf(reader);
  return { width, height, orientation };
}

async function exifOf(reader: BlockReader): Promise<number> {
  for await (const chunk of riffChunks(reader)) {
    if (chunk.name !== 'EXIF') continue;
    const bytes = await reader.upTo(chunk.offset, chunk.length);
    // Some writers keep the prefix of JPEG's segment.
    const prefixed = Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'Exif\0\0';
    return exifOrientation(prefixed ? bytes.subarray(6) : bytes);
  }
  return 1;
}
