import type { BlockReader } from './block-reader.ts';
import { ByteView } from './byte-view.ts';
import { ProbeError } from './probe-error.ts';

/** Caps the fragments too. */
const maxTopLevelBoxes = 4096;
const maxMoovBytes = 32 * 1024 * 1024;
const maxMoofBytes = 8 * 1024 * 1024;

interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Where the index and the fragments of an MP4 or MOV file lie. */
export interface TopLevel {
  readonly brand: string;
  readonly moov: Extent;
  readonly moofs: readonly Extent[];
  readonly faststart: boolean;
}

interface TopBox extends Extent {
  readonly type: string;
}

/** Walks the boxes of the file by their headers. Without an index, or with a box past the end, it is `truncated`. */
export async function topLevelBoxes(reader: BlockReader): Promise<TopLevel> {
  const brand = await brandOf(reader);
  const moofs: Extent[] = [];
  let moov: Extent | undefined;
  let mdat: Extent | undefined;
  let offset = 0;
  for (let boxes = 0; offset + 8 <= reader.size; boxes += 1) {
    if (boxes >= maxTopLevelBoxes)
      throw new ProbeError('too_complex', `the file has more than ${maxTopLevelBoxes} boxes`);
    const box = await boxAt(reader, offset);
    if (box.type === 'moov') moov ??= box;
    if (box.type === 'mdat') mdat ??= box;
    if (box.type === 'moof') moofs.push(box);
    offset += box.length;
  }
  if (moov === undefined) throw new ProbeError('truncated', 'the file ends without the index ("moov") of its media');
  checkSizes(moov, moofs);
  return { brand, moov, moofs, faststart: mdat === undefined || moov.offset < mdat.offset };
}

/** The box that begins there; one that passes the end of the file is `truncated`. */
export async function boxAt(reader: BlockReader, offset: number): Promise<TopBox> {
  const head = new ByteView(await reader.upTo(offset, 16));
  const type = head.fourCharacters(4);
  const small = head.u32(0);
  const header = small === 1 ? 16 : 8;
  const length = small === 0 ? reader.size - offset : small === 1 ? head.u64(8) : small;
  if (length < header) throw new ProbeError('malformed', `a box at byte ${offset} has the impossible size ${length}`);
  if (offset + length > reader.size) {
    throw new ProbeError('truncated', `a box at byte ${offset} goes on after the end of the file`);
  }
  return { type, offset, length };
}

function checkSizes(moov: Extent, moofs: readonly Extent[]): void {
  if (moov.length > maxMoovBytes) throw new ProbeError('too_complex', 'the index of the file is larger than 32 MiB');
  if (moofs.some((moof) => moof.length >= maxMoofBytes)) {
    throw new ProbeError('too_complex', 'the index of a fragment is larger than 8 MiB');
  }
}

/** Files from before `ftyp` are QuickTime's. */
async function brandOf(reader: BlockReader): Promise<string> {
  const head = new ByteView(await reader.upTo(0, 12));
  return head.length >= 12 && head.fourCharacters(4) === 'ftyp' ? head.fourCharacters(8) : 'qt  ';
}
