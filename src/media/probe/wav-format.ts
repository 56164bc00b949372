import type { BlockReader } from './block-reader.ts';
import { checkedSeconds } from './duration.ts';
import type { AudioFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';
import { riffChunks } from './riff.ts';

const codecs = new Map([
  [0x0001, 'pcm'],
  [0x0002, 'adpcm'],
  [0x0003, 'pcm'],
  [0x0006, 'alaw'],
  [0x0007, 'mulaw'],
  [0x0011, 'adpcm'],
  [0x0055, 'mp3'],
]);
/** The real format is then the first field of a GUID further on. */
const extensible = 0xfffe;

/** WAV: the `fmt ` chunk, and the bytes that `data` really holds. */
export async function probeWav(reader: BlockReader): Promise<AudioFacts> {
  let format: Awaited<ReturnType<typeof formatAt>> | undefined;
  for await (const chunk of riffChunks(reader)) {
    if (chunk.name === 'fmt ') format = await formatAt(reader, chunk);
    if (chunk.name !== 'data') continue;
    if (format === undefined) throw new ProbeError('malformed', 'the WAV has its samples before their format');
    const { bytesPerSecond, ...facts } = format;
    const seconds = checkedSeconds(chunk.length / bytesPerSecond);
    return { kind: 'audio', format: 'wav', mediaType: 'audio/wav', bytes: reader.size, seconds, ...facts };
  }
  throw new ProbeError('truncated', 'the WAV ends before its samples');
}

async function formatAt(reader: BlockReader, chunk: { readonly offset: number; readonly length: number }) {
  if (chunk.length < 16) throw new ProbeError('malformed', 'the format chunk of the WAV is too short');
  const view = await reader.view(chunk.offset, Math.min(chunk.length, 40));
  const [tag, channels, sampleRate, byteRate, blockBytes] = [
    view.u16le(0),
    view.u16le(2),
    view.u32le(4),
    view.u32le(8),
    view.u16le(12),
  ];
  const code = tag === extensible && view.length >= 26 ? view.u16le(24) : tag;
  const codec = codecs.get(code);
  if (codec === undefined) throw new ProbeError('unsupported', `the WAV holds sound of the unknown format ${code}`);
  // PCM has a fixed size per sample; what writers put into the byte rate is not always true.
  const bytesPerSecond = codec === 'pcm' ? blockBytes * sampleRate : byteRate;
  if (channels === 0 || sampleRate === 0 || bytesPerSecond === 0) {
    throw new ProbeError('malformed', 'the WAV has no channels, no sample rate or no byte rate');
  }
  return { codec, channels, sampleRate, bytesPerSecond };
}
