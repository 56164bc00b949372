import type { ByteView } from './byte-view.ts';
import { ProbeError } from './probe-error.ts';

/** A box of ISO BMFF (ISO/IEC 14496-12) within a view: `start` and `end` enclose its content. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

const maxBoxes = 20_000;
/** Counted from `moov` as 0: QuickTime's `esds` in `wave` in `mp4a` lies eight deep. */
const maxDepth = 8;

/** Counts every box of one file. */
export class BoxBudget {
  #taken = 0;

  take(): void {
    this.#taken += 1;
    if (this.#taken > maxBoxes) throw new ProbeError('too_complex', `the file has more than ${maxBoxes} boxes`);
  }
}

/** The boxes of a view that starts with one, which lies at depth 0. */
export function rootBoxes(view: ByteView, budget: BoxBudget): readonly Box[] {
  return childBoxes(view, { type: 'file', start: 0, end: view.length, depth: -1 }, budget);
}

/** The children of `parent` in order. A child that leaves its parent is `malformed`. */
export function childBoxes(view: ByteView, parent: Box, budget: BoxBudget): readonly Box[] {
  const depth = parent.depth + 1;
  if (depth > maxDepth) throw new ProbeError('too_complex', `boxes lie more than ${maxDepth} deep in one another`);
  const children: Box[] = [];
  let offset = parent.start;
  // Fewer than eight bytes are the terminator that QuickTime writes.
  while (offset + 8 <= parent.end) {
    budget.take();
    const large = view.u32(offset) === 1;
    const header = large ? 16 : 8;
    const size = large ? view.u64(offset + 8) : view.u32(offset);
    if (size < header || offset + size > parent.end) {
      throw new ProbeError('malformed', `a box in "${printable(parent.type)}" has the impossible size ${size}`);
    }
    children.push({ type: view.fourCharacters(offset + 4), start: offset + header, end: offset + size, depth });
    offset += size;
  }
  return children;
}

/** The first child of that type. */
export function find(boxes: readonly Box[], type: string): Box | undefined {
  return boxes.find((box) => box.type === type);
}

/** The first child of that type; `malformed` without one. */
export function need(boxes: readonly Box[], type: string): Box {
  const box = find(boxes, type);
  if (box === undefined) throw new ProbeError('malformed', `the file lacks its "${type}" box`);
  return box;
}

/** Checks that a table of `count` entries lies within its box, before anyone loops over it. */
export function checkTable(
  box: Box,
  table: { readonly at: number; readonly count: number; readonly entryBytes: number },
): void {
  if (table.at + table.count * table.entryBytes > box.end) {
    throw new ProbeError(
      'malformed',
      `the "${printable(box.type)}" box claims ${table.count} entries, more than it holds`,
    );
  }
}

/** Four letters of a stranger's file, fit for a message. */
export function printable(letters: string): string {
  return letters.replace(/[^\x20-\x7e]/g, '?');
}
