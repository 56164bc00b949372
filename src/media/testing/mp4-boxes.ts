/** MP4 files put together box by box, so that each field can lie. */

export type Part = Uint8Array | number | string;

/** Numbers are 32-bit, strings latin1. */
export function concat(...parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') return u32(part);
      return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
    }),
  );
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

export function u16(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 0xff])));
}

export function box(type: string, ...parts: readonly Part[]): Buffer {
  const content = concat(...parts);
  return concat(content.length + 8, type, content);
}

export interface MovieShape {
  readonly brand?: string;
  readonly width?: number;
  readonly height?: number;
  readonly timescale?: number;
  /** `mvhd`'s timescale and duration. */
  readonly declared?: readonly [number, number];
  readonly matrix?: readonly number[];
  /** Width and height of `tkhd`. */
  readonly shown?: readonly [number, number];
  /** Pairs of sample count and duration. */
  readonly times?: readonly (readonly [number, number])[];
  readonly sampleSizes?: readonly number[];
  readonly handler?: string;
  readonly entry?: Buffer;
  /** Instead of the box that the other fields make. */
  readonly stts?: Buffer;
  readonly stsz?: Buffer;
  readonly stco?: Buffer;
  readonly moreInMoov?: Buffer;
  readonly tail?: Buffer;
  readonly mdatFirst?: boolean;
  readonly mdat?: Buffer;
}

const upright = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
export const turned: Readonly<Record<number, readonly number[]>> = {
  0: upright,
  90: [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000],
  180: [-0x10000, 0, 0, 0, -0x10000, 0, 0, 0, 0x40000000],
  270: [0, -0x10000, 0, 0x10000, 0, 0, 0, 0, 0x40000000],
};

export const ftyp = (brand = 'isom'): Buffer => box('ftyp', brand, 512, 'isom');

/** 64 x 36, 24 frames per second, 5 s, unless told otherwise. */
export function movie(shape: MovieShape = {}): Buffer {
  const { times = [[120, 512]], sampleSizes = Array.from({ length: 120 }, () => 10) } = shape;
  const media =
    shape.mdat ??
    box(
      'mdat',
      Buffer.alloc(
        sampleSizes.reduce((sum, size) => sum + size, 0),
        7,
      ),
    );
  const head = ftyp(shape.brand);
  const build = (offset: number) => moov({ ...shape, times, sampleSizes }, offset);
  const tail = shape.tail ?? Buffer.alloc(0);
  if (shape.mdatFirst === true) return Buffer.concat([head, media, build(head.length + 8), tail]);
  return Buffer.concat([head, build(head.length + build(0).length + 8), media, tail]);
}

function moov(shape: MovieShape & Required<Pick<MovieShape, 'times' | 'sampleSizes'>>, offset: number): Buffer {
  const [timescale, duration] = shape.declared ?? [1000, 5000];
  const { times, sampleSizes } = shape;
  const stbl = box(
    'stbl',
    box('stsd', 0, 1, shape.entry ?? videoEntry(shape.width ?? 64, shape.height ?? 36)),
    shape.stts ?? box('stts', 0, times.length, ...times.flat()),
    box('stsc', 0, 1, 1, sampleSizes.length, 1),
    shape.stsz ?? box('stsz', 0, 0, sampleSizes.length, ...sampleSizes),
    shape.stco ?? box('stco', 0, 1, offset),
  );
  return box('moov', mvhd(timescale, duration), trak(stbl, shape), shape.moreInMoov ?? Buffer.alloc(0));
}

function mvhd(timescale: number, duration: number): Buffer {
  return box('mvhd', 0, 0, 0, timescale, duration, 0x10000, u16(0x100, 0), 0, 0, ...upright, 0, 0, 0, 0, 0, 0, 2);
}

/** A track around a sample table. */
function trak(stbl: Buffer, shape: Pick<MovieShape, 'matrix' | 'shown' | 'timescale' | 'handler'>): Buffer {
  const matrix = shape.matrix ?? upright;
  const [width, height] = shape.shown ?? [64, 36];
  return box(
    'trak',
    box('tkhd', 3, 0, 0, 1, 0, 5000, 0, 0, u16(0, 0, 0, 0), ...matrix, width << 16, height << 16),
    box(
      'mdia',
      box('mdhd', 0, 0, 0, shape.timescale ?? 12_288, 61_440, u16(0x55c4, 0)),
      box('hdlr', 0, 0, shape.handler ?? 'vide', 0, 0, 0, Buffer.alloc(1)),
      box('minf', box('vmhd', 1, 0, 0), stbl),
    ),
  );
}

export function videoEntry(width: number, height: number, type = 'avc1'): Buffer {
  return box(
    type,
    0,
    u16(0, 1),
    Buffer.alloc(16),
    u16(width, height),
    0x480000,
    0x480000,
    0,
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
  );
}

export function audioEntry(type: string, ...parts: readonly Part[]): Buffer {
  return box(type, 0, u16(0, 1), 0, 0, u16(2, 16, 0, 0), u16(48_000, 0), ...parts);
}

/** A film in fragments of one second each. `run` is the content of each `trun`. */
export function fragmentedMovie(shape: {
  readonly fragments: number;
  readonly run?: Buffer;
  readonly tfhd?: Buffer;
}): Buffer {
  const empty = box(
    'stbl',
    box('stsd', 0, 1, videoEntry(64, 36)),
    box('stts', 0, 0),
    box('stsc', 0, 0),
    box('stsz', 0, 0, 0),
    box('stco', 0, 0),
  );
  const index = box('moov', mvhd(1000, 0), trak(empty, {}), box('mvex', box('trex', 0, 1, 1, 512, 0, 0)));
  const run = shape.run ?? concat(0, 24);
  const tfhd = shape.tfhd ?? box('tfhd', 0x20000, 1);
  const fragment = box('moof', box('mfhd', 0, 1), box('traf', tfhd, box('trun', run)));
  const parts = Array.from({ length: shape.fragments }, () => [fragment, box('mdat', Buffer.alloc(240))]);
  return Buffer.concat([ftyp('iso5'), index, ...parts.flat()]);
}
