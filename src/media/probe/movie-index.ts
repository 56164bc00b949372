import { type Box, type BoxBudget, childBoxes, find, need, rootBoxes } from './box.ts';
import type { ByteView } from './byte-view.ts';
import { ProbeError } from './probe-error.ts';
import { type SampleEntry, sampleEntry } from './sample-entry.ts';
import { type SampleTables, sampleTables } from './sample-tables.ts';

const maxTracks = 32;
/** "Not known", as encoders write it that could not seek back. */
const unknown32 = 0xffff_ffff;

/** A video or audio track of the index; other tracks (subtitles, time codes) are left out. */
export interface Track extends SampleEntry, SampleTables {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  /** Ticks per second; never 0. */
  readonly timescale: number;
  /** Degrees clockwise. */
  readonly rotation: number;
}

/** What `moov` holds. */
export interface MovieIndex {
  readonly declaredSeconds: number;
  readonly tracks: readonly Track[];
  /** Per track id, the ticks of a fragment's sample that says nothing itself; undefined for a file without fragments. */
  readonly fragmentTicks: ReadonlyMap<number, number> | undefined;
}

/** Reads the whole index from memory. */
export function movieIndex(view: ByteView, budget: BoxBudget): MovieIndex {
  const moov = need(rootBoxes(view, budget), 'moov');
  const boxes = childBoxes(view, moov, budget);
  if (find(boxes, 'cmov') !== undefined) throw new ProbeError('unsupported', 'the index of the file is compressed');
  const traks = boxes.filter((box) => box.type === 'trak');
  if (traks.length > maxTracks) throw new ProbeError('too_complex', `the file has more than ${maxTracks} tracks`);
  const tracks = traks.flatMap((trak) => trackOf(view, trak, budget));
  const mvex = find(boxes, 'mvex');
  const extension = mvex === undefined ? undefined : childBoxes(view, mvex, budget);
  return {
    declaredSeconds: declaredSeconds(view, need(boxes, 'mvhd'), extension && find(extension, 'mehd')),
    tracks,
    fragmentTicks: extension === undefined ? undefined : defaultTicks(view, extension),
  };
}

function trackOf(view: ByteView, trak: Box, budget: BoxBudget): readonly Track[] {
  const boxes = childBoxes(view, trak, budget);
  const media = childBoxes(view, need(boxes, 'mdia'), budget);
  const handler = view.fourCharacters(need(media, 'hdlr').start + 8);
  if (handler !== 'vide' && handler !== 'soun') return [];
  const kind = handler === 'vide' ? 'video' : 'audio';
  const timescale = clockOf(view, need(media, 'mdhd')).timescale;
  if (timescale === 0) throw new ProbeError('malformed', 'a track has a clock that does not run (timescale 0)');
  const header = trackHeader(view, need(boxes, 'tkhd'));
  const stbl = childBoxes(view, need(childBoxes(view, need(media, 'minf'), budget), 'stbl'), budget);
  const entry = sampleEntry(view, need(stbl, 'stsd'), { kind, budget });
  const size = entry.width === 0 || entry.height === 0 ? { width: header.width, height: header.height } : {};
  const { id, rotation } = header;
  return [{ id, kind, timescale, rotation, ...sampleTables(view, stbl), ...entry, ...size }];
}

/** `mvhd` and `mdhd` begin alike: version, two times, timescale, duration. */
function clockOf(view: ByteView, box: Box): { timescale: number; duration: number } {
  if (view.u8(box.start) !== 1) return { timescale: view.u32(box.start + 12), duration: view.u32(box.start + 16) };
  return { timescale: view.u32(box.start + 20), duration: view.u64(box.start + 24) };
}

function declaredSeconds(view: ByteView, mvhd: Box, mehd: Box | undefined): number {
  const { timescale, duration } = clockOf(view, mvhd);
  const wide = mehd !== undefined && view.u8(mehd.start) === 1;
  const whole = mehd === undefined ? 0 : wide ? view.u64(mehd.start + 4) : view.u32(mehd.start + 4);
  const ticks = whole > 0 ? whole : duration;
  const none = timescale === 0 || ticks === unknown32 || ticks >= 2 ** 63;
  return none ? 0 : Math.round((ticks / timescale) * 1e6) / 1e6;
}

function trackHeader(view: ByteView, tkhd: Box) {
  const at = tkhd.start + (view.u8(tkhd.start) === 1 ? 12 : 0);
  return {
    id: view.u32(at + (at === tkhd.start ? 12 : 8)),
    rotation: rotationOf(view, at + 40),
    width: Math.round(view.u32(at + 76) / 65_536),
    height: Math.round(view.u32(at + 80) / 65_536),
  };
}

/** From the matrix `a b u c d v …`; a mirrored or skewed one counts by where its x axis points. */
function rotationOf(view: ByteView, matrix: number): number {
  const degrees = (Math.atan2(view.i32(matrix + 4), view.i32(matrix)) * 180) / Math.PI;
  return (((Math.round(degrees / 90) * 90) % 360) + 360) % 360;
}

function defaultTicks(view: ByteView, extension: readonly Box[]): ReadonlyMap<number, number> {
  const ticks = new Map<number, number>();
  for (const trex of extension.filter((box) => box.type === 'trex')) {
    ticks.set(view.u32(trex.start + 4), view.u32(trex.start + 12));
  }
  return ticks;
}
