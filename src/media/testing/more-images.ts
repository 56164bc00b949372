import { riff, riffChunk } from './image-bytes.ts';
import { box, concat, u16 } from './mp4-boxes.ts';

const le32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const le16 = (value: number): Buffer => le32(value).subarray(0, 2);

/** An uncompressed BMP of 24 bits, its left half red; `height` below 0 stands top down. */
export function bmp(width: number, height: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const row = Buffer.alloc(rowBytes);
  for (let x = 0; x < width / 2; x += 1) row[x * 3 + 2] = 255;
  const pixels = Buffer.concat(Array.from({ length: Math.abs(height) }, () => row));
  const header = [le32(40), le32(width), le32(height), le16(1), le16(24), Buffer.alloc(24)];
  return Buffer.concat([Buffer.from('BM'), le32(54 + pixels.length), le32(0), le32(54), ...header, pixels]);
}

/** An uncompressed grey TIFF. */
export function tiff(width: number, height: number, orientation = 1): Buffer {
  const pixels = Buffer.alloc(width * height, 0x80);
  const entries: readonly (readonly [number, number])[] = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [274, orientation],
    [277, 1],
    [278, height],
    [279, pixels.length],
  ];
  const fields = entries.map(([tag, value]) => concat(u16(tag, 4), 1, value));
  return concat('MM', u16(42), 8 + pixels.length, pixels, u16(entries.length), ...fields, 0);
}

/** The index of a HEIC or AVIF whose primary item is the second of two; its pixels are not there. */
export function heif(
  width: number,
  height: number,
  { brand = 'heic', turns }: { brand?: string; turns?: number } = {},
) {
  const properties = [
    box('ispe', 0, 160, 120),
    box('ispe', 0, width, height),
    ...(turns === undefined ? [] : [box('irot', Buffer.from([turns]))]),
  ];
  const own = turns === undefined ? [0x82] : [0x82, 0x83];
  const ipma = box('ipma', 0, 2, u16(1), Buffer.from([1, 1]), u16(2), Buffer.from([own.length, ...own]));
  const meta = box('meta', 0, box('pitm', 0, u16(2)), box('iprp', box('ipco', ...properties), ipma));
  return Buffer.concat([box('ftyp', brand, 0, 'mif1', brand), meta, box('mdat', Buffer.alloc(40))]);
}

/** The headers of an AVI with pictures and sound. */
export function avi({ width = 640, height = 360, fps = 25, frames = 125, codec = 'H264' } = {}): Buffer {
  const strh = (kind: string, scale: number, rate: number, length: number) =>
    riffChunk(
      'strh',
      Buffer.concat([
        Buffer.from(`${kind}\0\0\0\0`),
        Buffer.alloc(12),
        ...[scale, rate, 0, length].map(le32),
        Buffer.alloc(20),
      ]),
    );
  const picture = Buffer.concat([
    ...[40, width, height].map(le32),
    le16(1),
    le16(24),
    Buffer.from(codec),
    Buffer.alloc(20),
  ]);
  const video = riffChunk('LIST', concat('strl', strh('vids', 1, fps, frames), riffChunk('strf', picture)));
  const audio = riffChunk(
    'LIST',
    concat('strl', strh('auds', 1, 48_000, 48_000), riffChunk('strf', Buffer.concat([le16(0x55), Buffer.alloc(16)]))),
  );
  const hdrl = riffChunk('LIST', concat('hdrl', riffChunk('avih', Buffer.alloc(56)), video, audio));
  return riff('AVI ', hdrl, riffChunk('LIST', concat('movi', Buffer.alloc(40))));
}
