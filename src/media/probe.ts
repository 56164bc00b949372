import { probeAvi } from './probe/avi-format.ts';
import { BlockReader } from './probe/block-reader.ts';
import { probeBmp } from './probe/bmp-format.ts';
import { type ByteSource, withFileSource } from './probe/byte-source.ts';
import { probeHeif } from './probe/heif-format.ts';
import { probeGif, probePng } from './probe/image-formats.ts';
import { probeIsobmff } from './probe/isobmff-format.ts';
import { probeJpeg } from './probe/jpeg-format.ts';
import type { MediaFacts } from './probe/media-facts.ts';
import { probeMp3 } from './probe/mp3-format.ts';
import { ProbeError } from './probe/probe-error.ts';
import { type MediaFormat, sniff, sniffBytes } from './probe/sniff.ts';
import { probeTiff } from './probe/tiff-format.ts';
import { probeWav } from './probe/wav-format.ts';
import { probeWebp } from './probe/webp-format.ts';

export { type ByteSource, bytesSource } from './probe/byte-source.ts';
export type { MediaFacts } from './probe/media-facts.ts';
export { ProbeError, type ProbeRefusal } from './probe/probe-error.ts';

const probers: Readonly<Record<MediaFormat, (reader: BlockReader) => Promise<MediaFacts>>> = {
  png: probePng,
  jpeg: probeJpeg,
  webp: probeWebp,
  gif: probeGif,
  bmp: probeBmp,
  tiff: probeTiff,
  heif: probeHeif,
  avi: probeAvi,
  wav: probeWav,
  mp3: probeMp3,
  isobmff: probeIsobmff,
};

/**
 * What the headers of a stranger's media say. Decodes nothing, reads little, and every loop has a cap, so it may run
 * in the gateway's process on anything. Throws ProbeError for whatever the bytes are; only when `source.read` itself
 * fails (a broken disk), that error passes, because it is no verdict on the media.
 */
export async function probe(source: ByteSource): Promise<MediaFacts> {
  if (source.size === 0) throw new ProbeError('empty', 'the file is empty');
  const reader = new BlockReader(source);
  return probers[sniff(await reader.upTo(0, sniffBytes))](reader);
}

/** Probes a regular file; anything else at `path` is `not_media`. Errors of the file system pass. */
export function probeFile(path: string): Promise<MediaFacts> {
  return withFileSource(path, probe);
}
