import type { BlockReader } from './block-reader.ts';
import { exifOrientation, oriented } from './exif-orientation.ts';
import { image } from './image-formats.ts';
import type { ImageFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';

const maxSegments = 2048;
const maxMetadataBytes = 24 * 1024 * 1024;
/** Padding before a marker is allowed; whole files of it are not pictures. */
const maxFillBytes = 4096;
const startOfScan = 0xda;
const endOfImage = 0xd9;
const app1 = 0xe1;

/** JPEG: walks the segments up to the frame header, reading only their sizes and the EXIF one. */
export async function probeJpeg(reader: BlockReader): Promise<ImageFacts> {
  let orientation = 1;
  let offset = 2;
  for (let segments = 0; segments < maxSegments; segments += 1) {
    const { marker, next } = await markerAt(reader, offset);
    if (next > maxMetadataBytes) break;
    if (isFrameHeader(marker)) {
      const frame = await reader.view(next, 7);
      const size = oriented({ height: frame.u16(3), width: frame.u16(5), orientation });
      return image({ format: 'jpeg', bytes: reader.size, ...size });
    }
    if (marker === startOfScan || marker === endOfImage || marker === 0) {
      throw new ProbeError('malformed', 'the JPEG has no frame header before its pixels');
    }
    if (hasNoLength(marker)) {
      offset = next;
      continue;
    }
    const length = (await reader.view(next, 2)).u16(0);
    if (length < 2) throw new ProbeError('malformed', 'a segment of the JPEG is shorter than its own length field');
    if (marker === app1 && orientation === 1)
      orientation = await exifAt(reader, { offset: next + 2, length: length - 2 });
    offset = next + length;
  }
  throw new ProbeError(
    'too_complex',
    `the JPEG has more than ${maxSegments} segments or 24 MiB before its frame header`,
  );
}

/** The marker at `offset`, after any fill bytes, and where its segment starts. */
async function markerAt(reader: BlockReader, offset: number): Promise<{ marker: number; next: number }> {
  const start = await reader.view(offset, 2);
  if (start.u8(0) !== 0xff) throw new ProbeError('malformed', `byte ${offset} of the JPEG should start a segment`);
  if (start.u8(1) !== 0xff) return { marker: start.u8(1), next: offset + 2 };
  const fill = await reader.upTo(offset + 1, maxFillBytes);
  const end = fill.findIndex((byte) => byte !== 0xff);
  const marker = fill[end];
  if (marker !== undefined) return { marker, next: offset + 2 + end };
  if (offset + 1 + fill.length >= reader.size)
    throw new ProbeError('truncated', 'the JPEG ends before its frame header');
  throw new ProbeError('malformed', `the JPEG has more than ${maxFillBytes} fill bytes in a row`);
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie between them. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** TEM and restart markers. */
function hasNoLength(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

async function exifAt(reader: BlockReader, segment: { offset: number; length: number }): Promise<number> {
  const bytes = await reader.upTo(segment.offset, segment.length);
  const isExif = Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'Exif\0\0';
  return isExif ? exifOrientation(bytes.subarray(6)) : 1;
}
