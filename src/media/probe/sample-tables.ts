import { type Box, checkTable, find } from './box.ts';
import type { ByteView } from './byte-view.ts';
import { ProbeError } from './probe-error.ts';

const maxSamples = 5_000_000;

/** The sample tables of one track. */
export interface SampleTables {
  readonly samples: number;
  /** Sum of the samples' durations, in the track's timescale. */
  readonly ticks: number;
  /** Sum of the samples' sizes. */
  readonly bytes: number;
  /** The largest offset in the file at which samples lie; undefined without any. */
  readonly lastChunk: number | undefined;
}

/** Reads `stts`, `stsz` or `stz2`, and `stco` or `co64`; times and sizes must speak of the same number of samples. */
export function sampleTables(view: ByteView, stbl: readonly Box[]): SampleTables {
  const times = timesOf(view, find(stbl, 'stts'));
  const sizes = sizesOf(view, stbl);
  if (times.samples !== sizes.samples) {
    throw new ProbeError('malformed', `a track has ${times.samples} times for ${sizes.samples} samples`);
  }
  const lastChunk = lastChunkOf(view, stbl);
  if (sizes.samples > 0 && lastChunk === undefined)
    throw new ProbeError('malformed', 'a track does not say where its samples lie');
  return { ...times, bytes: sizes.bytes, lastChunk };
}

/** Throws `too_complex` for more samples than are looked at. */
export function checkSamples(samples: number): number {
  if (samples > maxSamples) throw new ProbeError('too_complex', `a track has more than ${maxSamples} samples`);
  return samples;
}

function timesOf(view: ByteView, stts: Box | undefined): { samples: number; ticks: number } {
  if (stts === undefined) return { samples: 0, ticks: 0 };
  const count = view.u32(stts.start + 4);
  const at = stts.start + 8;
  checkTable(stts, { at, count, entryBytes: 8 });
  let samples = 0;
  let ticks = 0;
  for (let entry = at; entry < at + count * 8; entry += 8) {
    const alike = view.u32(entry);
    samples = checkSamples(samples + alike);
    ticks += alike * view.u32(entry + 4);
  }
  return { samples, ticks };
}

function sizesOf(view: ByteView, stbl: readonly Box[]): { samples: number; bytes: number } {
  const stsz = find(stbl, 'stsz');
  if (stsz === undefined) return compactSizes(view, find(stbl, 'stz2'));
  const alike = view.u32(stsz.start + 4);
  const samples = view.u32(stsz.start + 8);
  const at = stsz.start + 12;
  if (alike === 0) checkTable(stsz, { at, count: samples, entryBytes: 4 });
  checkSamples(samples);
  if (alike !== 0) return { samples, bytes: samples * alike };
  let bytes = 0;
  for (let entry = at; entry < at + samples * 4; entry += 4) bytes += view.u32(entry);
  return { samples, bytes };
}

/** Sizes of 4, 8 or 16 bits: rare, so only their number is taken. */
function compactSizes(view: ByteView, stz2: Box | undefined): { samples: number; bytes: number } {
  if (stz2 === undefined) return { samples: 0, bytes: 0 };
  const bits = view.u8(stz2.start + 7);
  const samples = view.u32(stz2.start + 8);
  checkTable(stz2, { at: stz2.start + 12, count: samples, entryBytes: bits / 8 });
  return { samples: checkSamples(samples), bytes: 0 };
}

function lastChunkOf(view: ByteView, stbl: readonly Box[]): number | undefined {
  const stco = find(stbl, 'stco');
  const box = stco ?? find(stbl, 'co64');
  if (box === undefined) return undefined;
  const count = view.u32(box.start + 4);
  const at = box.start + 8;
  const entryBytes = box === stco ? 4 : 8;
  checkTable(box, { at, count, entryBytes });
  let last: number | undefined;
  for (let entry = at; entry < at + count * entryBytes; entry += entryBytes) {
    last = Math.max(last ?? 0, box === stco ? view.u32(entry) : view.u64(entry));
  }
  return last;
}
