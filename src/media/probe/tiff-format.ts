import type { BlockReader } from './block-reader.ts';
import { oriented } from './exif-orientation.ts';
import { image } from './image-formats.ts';
import type { ImageFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';

const tags = { width: 256, height: 257, orientation: 274 } as const;
const short = 3;
const maxEntries = 512;

/** TIFF: the first directory, which may lie anywhere. BigTIFF is not known here. */
export async function probeTiff(reader: BlockReader): Promise<ImageFacts> {
  const head = await reader.view(0, 8);
  const isLittle = head.latin1(0, 2) === 'II';
  const directory = isLittle ? head.u32le(4) : head.u32(4);
  const count = await reader.view(directory, 2);
  const entries = isLittle ? count.u16le(0) : count.u16(0);
  if (entries > maxEntries) throw new ProbeError('too_complex', `the TIFF has more than ${maxEntries} fields`);
  const view = await reader.view(directory + 2, entries * 12);
  const u16 = (at: number): number => (isLittle ? view.u16le(at) : view.u16(at));
  const u32 = (at: number): number => (isLittle ? view.u32le(at) : view.u32(at));
  const found = new Map<number, number>();
  for (let at = 0; at < entries * 12; at += 12) {
    found.set(u16(at), u16(at + 2) === short ? u16(at + 8) : u32(at + 8));
  }
  const [width, height] = [found.get(tags.width), found.get(tags.height)];
  if (width === undefined || height === undefined) throw new ProbeError('malformed', 'the TIFF does not tell its size');
  const turned = found.get(tags.orientation) ?? 1;
  const orientation = turned >= 1 && turned <= 8 ? turned : 1;
  return image({ format: 'tiff', bytes: reader.size, ...oriented({ width, height, orientation }) });
}
