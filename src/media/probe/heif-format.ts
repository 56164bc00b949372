import type { BlockReader } from './block-reader.ts';
import { type Box, BoxBudget, childBoxes, find, need, rootBoxes } from './box.ts';
import type { ByteView } from './byte-view.ts';
import { image } from './image-formats.ts';
import type { ImageFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';
import { boxAt } from './top-level-boxes.ts';

const maxTopLevelBoxes = 64;
const maxMetaBytes = 4 * 1024 * 1024;
const maxAssociations = 20_000;

/**
 * HEIC and AVIF (ISO/IEC 23008-12): the primary item's size, turned as the file says. Every decoder obeys that turn, so
 * the orientation is 1.
 */
export async function probeHeif(reader: BlockReader): Promise<ImageFacts> {
  const format = await formatOf(reader);
  const { offset, length } = await metaBox(reader);
  const view = await reader.view(offset, length);
  const budget = new BoxBudget();
  const [meta] = rootBoxes(view, budget);
  if (meta === undefined) throw new ProbeError('malformed', 'the picture has no index');
  const boxes = childBoxes(view, { ...meta, start: meta.start + 4 }, budget);
  const properties = propertiesOf(view, boxes, budget);
  const size = properties.find(({ type }) => type === 'ispe');
  if (size === undefined) throw new ProbeError('malformed', 'the picture does not tell its size');
  const [width, height] = [view.u32(size.start + 4), view.u32(size.start + 8)];
  const turn = properties.find(({ type }) => type === 'irot');
  const isOnItsSide = turn !== undefined && (view.u8(turn.start) & 1) === 1;
  const seen = isOnItsSide ? { width: height, height: width } : { width, height };
  return image({ format, bytes: reader.size, ...seen, orientation: 1 });
}

/** By the brands: `mif1` says only that it is one of them. */
async function formatOf(reader: BlockReader): Promise<'avif' | 'heic' | 'heif'> {
  const length = (await reader.view(0, 4)).u32(0);
  const brands = Buffer.from(await reader.upTo(8, Math.min(length, 256) - 8)).toString('latin1');
  const major = brands.slice(0, 4);
  if (/^avi[fs]/.test(major)) return 'avif';
  if (/^he[iv]/.test(major)) return 'heic';
  return brands.includes('avif') ? 'avif' : /hei[cx]/.test(brands) ? 'heic' : 'heif';
}

async function metaBox(reader: BlockReader): Promise<{ readonly offset: number; readonly length: number }> {
  let offset = 0;
  for (let boxes = 0; offset + 8 <= reader.size; boxes += 1) {
    if (boxes >= maxTopLevelBoxes)
      throw new ProbeError('too_complex', `the file has more than ${maxTopLevelBoxes} boxes before its index`);
    const box = await boxAt(reader, offset);
    if (box.type === 'meta') {
      if (box.length > maxMetaBytes) throw new ProbeError('too_complex', 'the index of the file is larger than 4 MiB');
      return box;
    }
    offset += box.length;
  }
  throw new ProbeError('truncated', 'the file ends without the index ("meta") of its picture');
}

/** What is said of the primary item, in order. */
function propertiesOf(view: ByteView, boxes: readonly Box[], budget: BoxBudget): readonly Box[] {
  const pitm = need(boxes, 'pitm');
  const primary = view.u8(pitm.start) === 0 ? view.u16(pitm.start + 4) : view.u32(pitm.start + 4);
  const iprp = childBoxes(view, need(boxes, 'iprp'), budget);
  const all = childBoxes(view, need(iprp, 'ipco'), budget);
  const ipma = find(iprp, 'ipma');
  if (ipma === undefined) throw new ProbeError('malformed', 'the file does not say which size belongs to its picture');
  return associated(view, ipma, primary).flatMap((index) => all[index - 1] ?? []);
}

/** Numbers of the properties of an item, counted from 1. */
function associated(view: ByteView, ipma: Box, item: number): readonly number[] {
  const [isLong, isWide] = [view.u8(ipma.start) > 0, (view.u8(ipma.start + 3) & 1) === 1];
  const items = view.u32(ipma.start + 4);
  let at = ipma.start + 8;
  for (let seen = 0, entries = 0; entries < items && at < ipma.end; entries += 1) {
    const id = isLong ? view.u32(at) : view.u16(at);
    const count = view.u8(at + (isLong ? 4 : 2));
    at += isLong ? 5 : 3;
    seen += count + 1;
    if (seen > maxAssociations) throw new ProbeError('too_complex', 'the picture is made of too many parts');
    if (id === item)
      return Array.from({ length: count }, (_, index) =>
        isWide ? view.u16(at + index * 2) & 0x7fff : view.u8(at + index) & 0x7f,
      );
    at += count * (isWide ? 2 : 1);
  }
  return [];
}
