import { type Box, type BoxBudget, childBoxes, find, printable } from './box.ts';
import type { ByteView } from './byte-view.ts';
import { ProbeError } from './probe-error.ts';

/** What the first sample description of a track says. Fields of the other kind are 0. */
export interface SampleEntry {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly sampleRate: number;
  readonly channels: number;
}

const codecs = new Map([
  ['avc1', 'h264'],
  ['avc3', 'h264'],
  ['hvc1', 'hevc'],
  ['hev1', 'hevc'],
  ['dvh1', 'hevc'],
  ['dvhe', 'hevc'],
  ['av01', 'av1'],
  ['vp08', 'vp8'],
  ['vp09', 'vp9'],
  ['mp4v', 'mpeg4'],
  ['jpeg', 'mjpeg'],
  ['apcn', 'prores'],
  ['apch', 'prores'],
  ['apcs', 'prores'],
  ['apco', 'prores'],
  ['ap4h', 'prores'],
  ['mp4a', 'aac'],
  ['.mp3', 'mp3'],
  ['ac-3', 'ac3'],
  ['ec-3', 'eac3'],
  ['Opus', 'opus'],
  ['fLaC', 'flac'],
  ['alac', 'alac'],
  ['sowt', 'pcm'],
  ['twos', 'pcm'],
  ['lpcm', 'pcm'],
  ['in24', 'pcm'],
  ['in32', 'pcm'],
  ['fl32', 'pcm'],
  ['ipcm', 'pcm'],
  ['fpcm', 'pcm'],
  ['ulaw', 'mulaw'],
  ['alaw', 'alaw'],
]);
/** Object types of MPEG-4 descriptors that are no AAC (ISO/IEC 14496-1, table 5). */
const mp3Objects = new Set([0x69, 0x6b]);

/** Reads the `stsd` box of a video or audio track. Encrypted tracks are `unsupported`. */
export function sampleEntry(
  view: ByteView,
  stsd: Box,
  { kind, budget }: { readonly kind: 'video' | 'audio'; readonly budget: BoxBudget },
): SampleEntry {
  const [entry] = childBoxes(view, { ...stsd, start: stsd.start + 8 }, budget);
  if (entry === undefined) throw new ProbeError('malformed', 'a track does not say how its samples are coded');
  if (/^(enc|drm)/.test(entry.type))
    throw new ProbeError('unsupported', 'the file is encrypted; only clear media is taken');
  const codec = codecs.get(entry.type) ?? printable(entry.type).trim();
  if (kind === 'video') {
    const [width, height] = [view.u16(entry.start + 24), view.u16(entry.start + 26)];
    return { codec, width, height, sampleRate: 0, channels: 0 };
  }
  const sound = soundFields(view, entry);
  const real = entry.type === 'mp4a' ? describedCodec(view, { entry, from: sound.childrenAt, budget }) : codec;
  return { codec: real, width: 0, height: 0, sampleRate: sound.sampleRate, channels: sound.channels };
}

/** QuickTime's versions 1 and 2 are longer; version 2 has the rate as a float further on. */
function soundFields(view: ByteView, entry: Box) {
  const version = view.u16(entry.start + 8);
  if (version === 2) {
    const rate = view.f64(entry.start + 32);
    const sampleRate = rate >= 1 && rate <= 1e7 ? Math.round(rate) : 0;
    return { sampleRate, channels: view.u32(entry.start + 40), childrenAt: entry.start + 64 };
  }
  const childrenAt = entry.start + (version === 1 ? 44 : 28);
  return { sampleRate: view.u16(entry.start + 24), channels: view.u16(entry.start + 16), childrenAt };
}

/**
 * `mp4a` is AAC unless its descriptor says MP3. QuickTime hides the descriptor in a `wave` box. Old writers pad this
 * place with bytes that are no boxes, and a name of a codec is not worth refusing a film for.
 */
function describedCodec(
  view: ByteView,
  { entry, from, budget }: { readonly entry: Box; readonly from: number; readonly budget: BoxBudget },
): string {
  try {
    const children = childBoxes(view, { ...entry, start: Math.min(from, entry.end) }, budget);
    const wave = find(children, 'wave');
    const esds = find(children, 'esds') ?? (wave && find(childBoxes(view, wave, budget), 'esds'));
    return esds !== undefined && mp3Objects.has(objectType(view, esds)) ? 'mp3' : 'aac';
  } catch (error) {
    if (error instanceof ProbeError && error.refusal === 'malformed') return 'aac';
    throw error;
  }
}

/** ES descriptor (3), in it the decoder configuration (4), whose first byte is the object type. */
function objectType(view: ByteView, esds: Box): number {
  const es = afterLength(view, { box: esds, at: esds.start + 4, tag: 3 });
  if (es === undefined) return 0;
  const flags = view.u8(es + 2);
  const skipped = ((flags & 0x80) === 0 ? 0 : 2) + ((flags & 0x20) === 0 ? 0 : 2);
  const config = afterLength(view, { box: esds, at: es + 3 + skipped, tag: 4 });
  return config === undefined || config >= esds.end ? 0 : view.u8(config);
}

/** Where the content of a descriptor starts: behind its tag and one to four bytes of length. */
function afterLength(view: ByteView, { box, at, tag }: { box: Box; at: number; tag: number }): number | undefined {
  if (at + 2 > box.end || view.u8(at) !== tag) return undefined;
  for (let next = at + 1; next < Math.min(at + 5, box.end); next += 1) {
    if ((view.u8(next) & 0x80) === 0) return next + 1;
  }
  return undefined;
}
