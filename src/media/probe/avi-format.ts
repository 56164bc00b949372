import type { BlockReader } from './block-reader.ts';
import type { ByteView } from './byte-view.ts';
import { checkedSeconds } from './duration.ts';
import type { VideoFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';
import { riffChunks } from './riff.ts';

const maxHeaderBytes = 1024 * 1024;
const maxStreams = 32;

const videoCodecs: Readonly<Record<string, string>> = {
  h264: 'h264',
  x264: 'h264',
  avc1: 'h264',
  hevc: 'hevc',
  hvc1: 'hevc',
  h265: 'hevc',
  xvid: 'mpeg4',
  divx: 'mpeg4',
  dx50: 'mpeg4',
  fmp4: 'mpeg4',
  mjpg: 'mjpeg',
};
const audioCodecs = new Map([
  [0x0001, 'pcm'],
  [0x0055, 'mp3'],
  [0x00ff, 'aac'],
  [0x1610, 'aac'],
  [0x2000, 'ac3'],
]);

/** AVI: the list of streams at its start. Sizes and lengths are what the header says of them. */
export async function probeAvi(reader: BlockReader): Promise<VideoFacts> {
  for await (const chunk of riffChunks(reader)) {
    if (chunk.name !== 'LIST') continue;
    const kind = (await reader.view(chunk.offset, 4)).fourCharacters(0);
    if (kind !== 'hdrl') continue;
    if (chunk.length > maxHeaderBytes)
      throw new ProbeError('too_complex', 'the header of the AVI is larger than 1 MiB');
    return factsOf(await reader.view(chunk.offset + 4, chunk.length - 4), reader.size);
  }
  throw new ProbeError('truncated', 'the AVI ends before its header');
}

interface Part {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function partsOf(view: ByteView, start: number, end: number): readonly Part[] {
  const parts: Part[] = [];
  for (let at = start; at + 8 <= end && parts.length < maxStreams * 4; ) {
    const length = view.u32le(at + 4);
    if (at + 8 + length > end) throw new ProbeError('malformed', 'a part of the AVI header leaves it');
    parts.push({ name: view.fourCharacters(at), start: at + 8, end: at + 8 + length });
    at += 8 + length + (length % 2);
  }
  return parts;
}

function factsOf(view: ByteView, bytes: number): VideoFacts {
  const streams = partsOf(view, 0, view.length)
    .filter(({ name, start }) => name === 'LIST' && view.fourCharacters(start) === 'strl')
    .map(({ start, end }) => streamOf(view, partsOf(view, start + 4, end)));
  const video = streams.find(({ kind }) => kind === 'vids');
  const audio = streams.find(({ kind }) => kind === 'auds');
  if (video === undefined) throw new ProbeError('unsupported', 'the AVI holds no pictures');
  const { width, height, rate, scale, frames } = video;
  if (width === 0 || height === 0) throw new ProbeError('malformed', 'the video has no pixels');
  if (rate === 0 || scale === 0) throw new ProbeError('malformed', 'the AVI does not tell its frame rate');
  const seconds = checkedSeconds((frames * scale) / rate);
  return {
    kind: 'video',
    format: 'avi',
    mediaType: 'video/x-msvideo',
    bytes,
    width,
    height,
    rotation: 0,
    seconds,
    declaredSeconds: seconds,
    fps: Math.round((rate / scale) * 1000) / 1000,
    frames,
    videoCodec: video.codec,
    ...(audio && { audioCodec: audio.codec }),
    audio: audio !== undefined,
    faststart: true,
    fragmented: false,
  };
}

function streamOf(view: ByteView, parts: readonly Part[]) {
  const header = parts.find(({ name }) => name === 'strh');
  const format = parts.find(({ name }) => name === 'strf');
  if (header === undefined || format === undefined)
    throw new ProbeError('malformed', 'a stream of the AVI has no header');
  const kind = view.fourCharacters(header.start);
  const times = {
    scale: view.u32le(header.start + 20),
    rate: view.u32le(header.start + 24),
    frames: view.u32le(header.start + 32),
  };
  if (kind !== 'vids') {
    const tag = kind === 'auds' ? view.u16le(format.start) : 0;
    return { kind, codec: audioCodecs.get(tag) ?? `0x${tag.toString(16)}`, width: 0, height: 0, ...times };
  }
  const name = view.fourCharacters(format.start + 16).toLowerCase();
  const codec = videoCodecs[name] ?? (name.replace(/[^\x21-\x7e]/g, '') || 'raw');
  const [width, height] = [view.u32le(format.start + 4), Math.abs(view.u32le(format.start + 8) | 0)];
  return { kind, codec, width, height, ...times };
}
