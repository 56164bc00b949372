import { type Box, type BoxBudget, checkTable, childBoxes, need, rootBoxes } from './box.ts';
import type { ByteView } from './byte-view.ts';
import { checkSamples } from './sample-tables.ts';

/** Per track id, what the fragments read so far hold. */
export type FragmentSums = Map<number, { samples: number; ticks: number }>;

/** Adds the samples of one `moof` to `sums`. */
export function addFragment(
  view: ByteView,
  sums: FragmentSums,
  { defaults, budget }: { readonly defaults: ReadonlyMap<number, number>; readonly budget: BoxBudget },
): void {
  const moof = need(rootBoxes(view, budget), 'moof');
  for (const traf of childBoxes(view, moof, budget)) {
    if (traf.type !== 'traf') continue;
    const boxes = childBoxes(view, traf, budget);
    const { track, ticks } = trackFragment(view, need(boxes, 'tfhd'));
    const sum = sums.get(track) ?? { samples: 0, ticks: 0 };
    for (const trun of boxes.filter((box) => box.type === 'trun')) {
      const run = runOf(view, trun, ticks ?? defaults.get(track) ?? 0);
      sum.samples = checkSamples(sum.samples + run.samples);
      sum.ticks += run.ticks;
    }
    sums.set(track, sum);
  }
}

/** `tfhd`: the track, and the duration of its samples if it differs from the file's default. */
function trackFragment(view: ByteView, tfhd: Box): { track: number; ticks: number | undefined } {
  const flags = view.u32(tfhd.start) & 0xff_ffff;
  const skipped = ((flags & 1) === 0 ? 0 : 8) + ((flags & 2) === 0 ? 0 : 4);
  return { track: view.u32(tfhd.start + 4), ticks: (flags & 8) === 0 ? undefined : view.u32(tfhd.start + 8 + skipped) };
}

/** `trun`: each sample has the fields whose flags are set, its duration first. */
function runOf(view: ByteView, trun: Box, defaultTicks: number): { samples: number; ticks: number } {
  const flags = view.u32(trun.start) & 0xff_ffff;
  const samples = checkSamples(view.u32(trun.start + 4));
  const at = trun.start + 8 + ((flags & 1) === 0 ? 0 : 4) + ((flags & 4) === 0 ? 0 : 4);
  const entryBytes = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length;
  checkTable(trun, { at, count: samples, entryBytes });
  if ((flags & 0x100) === 0) return { samples, ticks: samples * defaultTicks };
  let ticks = 0;
  for (let entry = at; entry < at + samples * entryBytes; entry += entryBytes) ticks += view.u32(entry);
  return { samples, ticks };
}
