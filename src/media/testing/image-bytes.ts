import { crc32, deflateSync } from 'node:zlib';
import { concat, u16, u32 } from './mp4-boxes.ts';

/** One PNG chunk with its checksum. */
export function pngChunk(type: string, content: Uint8Array): Buffer {
  const body = concat(type, content);
  return concat(content.length, body, crc32(body));
}

/** A whole PNG of one colour; `rows` below `height` cuts its pixels short. */
export function png(
  width: number,
  height: number,
  { rows = Math.min(height, 64), before = Buffer.alloc(0) }: { readonly rows?: number; readonly before?: Buffer } = {},
): Buffer {
  const header = pngChunk('IHDR', concat(width, height, Buffer.from([8, 0, 0, 0, 0])));
  const pixels = pngChunk('IDAT', deflateSync(Buffer.alloc(rows * (Math.min(width, 100_000) + 1))));
  return concat('\x89PNG\r\n\x1a\n', header, before, pixels, pngChunk('IEND', Buffer.alloc(0)));
}

/** A TIFF structure with nothing but an orientation. */
export function exif(orientation: number, order: 'II' | 'MM'): Buffer {
  if (order === 'MM') return concat('MM', u16(42), 8, u16(1), u16(0x112, 3), 1, u16(orientation, 0), 0);
  const bytes = concat('II', u16(42), 8, u16(1), u16(0x112, 3), 1, u16(orientation, 0), 0);
  return Buffer.concat([
    bytes.subarray(0, 2),
    ...[
      [2, 4],
      [4, 8],
      [8, 10],
      [10, 12],
      [12, 14],
      [14, 18],
      [18, 20],
      [20, 22],
      [22, 26],
    ].map(([from, to]) => Buffer.from(bytes.subarray(from, to)).reverse()),
  ]);
}

export function jpegSegment(marker: number, content: Uint8Array): Buffer {
  return concat(Buffer.from([0xff, marker]), u16(content.length + 2), content);
}

/** A baseline JPEG up to its pixels, which are noise; `before` stands in front of the frame header. */
export function jpeg(width: number, height: number, before: Uint8Array = Buffer.alloc(0)): Buffer {
  const frame = jpegSegment(0xc0, concat(Buffer.from([8]), u16(height, width), Buffer.from([1, 1, 0x11, 0])));
  const scan = jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]));
  return concat('\xff\xd8', before, frame, scan, Buffer.alloc(200, 0x55), '\xff\xd9');
}

const u32le = (value: number): Buffer => Buffer.from(u32(value)).reverse();

export function riffChunk(name: string, content: Uint8Array): Buffer {
  return concat(name, u32le(content.length), content, Buffer.alloc(content.length % 2));
}

export function riff(form: string, ...chunks: readonly Buffer[]): Buffer {
  return riffChunk('RIFF', concat(form, ...chunks));
}

/** The chunk that extended WebP files start with. */
export function vp8x(width: number, height: number, flags = 0): Buffer {
  const u24le = (value: number) => u32le(value).subarray(0, 3);
  return riffChunk('VP8X', concat(Buffer.from([flags, 0, 0, 0]), u24le(width - 1), u24le(height - 1)));
}

export function gif(width: number, height: number): Buffer {
  const [w, h] = [Buffer.from(u16(width)).reverse(), Buffer.from(u16(height)).reverse()];
  return concat('GIF89a', w, h, Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x3b]));
}
