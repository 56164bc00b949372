import type { EncodedPacket, InputAudioTrack } from 'mediabunny';
import {
  type AudioData,
  AudioDecoder,
  EncodedAudioChunk,
  EncodedVideoChunk,
  VideoDecoder,
  type VideoFrame,
} from 'node-webcodecs';
import { type Sound, sampleRate } from './encoder.ts';
import { decodePcm } from './pcm.ts';

/** What a video decoder must know of a track; from the container. */
export interface PictureConfig {
  readonly codec: string;
  readonly codedWidth?: number;
  readonly codedHeight?: number;
  readonly description?: ArrayBuffer | ArrayBufferView;
}

/** Packets given to the decoder and not yet answered; also bounds the pictures in memory. */
const mostWaiting = 24;
/** A decoder with many threads may hold more than that before it gives the first picture: then it gets one more. */
const stallMs = 250;
/** How long the last pictures may take after a flush, each. */
const lastPictureMs = 3000;

/**
 * Decodes packets (in decode order) to frames in display order; the caller closes each frame. The frames' own timestamps
 * are those of later packets and `flush` may resolve early, so only order and count are relied on. Throws when nothing can
 * be decoded; damaged packets in between are left out.
 */
export async function* decodePictures(
  config: PictureConfig,
  packets: readonly EncodedPacket[],
): AsyncGenerator<VideoFrame, void> {
  const ready: VideoFrame[] = [];
  let answered = 0;
  let failures = 0;
  let wake = (): void => {};
  const decoder = new VideoDecoder({
    output(frame) {
      ready.push(frame);
      answered += 1;
      wake();
    },
    error() {
      failures += 1;
      answered += 1;
      wake();
    },
  });
  const more = async (ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };
  decoder.configure({ ...config, hardwareAcceleration: 'prefer-software' });
  try {
    for (const [sent, packet] of packets.entries()) {
      if (sent - answered >= mostWaiting && ready.length === 0) await more(stallMs);
      while (ready.length > 0) yield* take(ready);
      const { type, microsecondTimestamp: timestamp, microsecondDuration: duration, data } = packet;
      decoder.decode(new EncodedVideoChunk({ type, timestamp, duration, data }));
    }
    await decoder.flush();
    while (answered < packets.length) {
      const before = answered;
      yield* take(ready);
      if (answered === before) await more(lastPictureMs);
      if (answered === before) break;
    }
    yield* take(ready);
    if (failures >= packets.length) throw new Error('No picture in it can be decoded.');
  } finally {
    for (const frame of ready) frame.close();
    decoder.close();
  }
}

function* take(ready: VideoFrame[]): Generator<VideoFrame, void> {
  for (let frame = ready.shift(); frame !== undefined; frame = ready.shift()) yield frame;
}

/** Decodes up to `most` seconds of a track to 48 kHz stereo; the track's first sample comes first. */
export async function decodeSound(
  track: InputAudioTrack,
  packets: AsyncIterable<EncodedPacket>,
  most: number,
): Promise<Sound> {
  const codec = await track.getCodec();
  const config = await track.getDecoderConfig();
  if (config === null || codec === null) throw new Error('Its sound is in an unknown format.');
  const collector = collect(most);
  if (/^(pcm-|ulaw|alaw)/.test(codec)) {
    const { sampleRate: rate, numberOfChannels: channels } = config;
    for await (const packet of packets) {
      if (!collector.add({ samples: decodePcm(codec, packet.data), rate, channels })) break;
    }
    return collector.sound();
  }
  await decodeCoded(config, { packets, collector });
  return collector.sound();
}

interface AudioConfig {
  readonly codec: string;
  readonly sampleRate: number;
  readonly numberOfChannels: number;
  readonly description?: AllowSharedBufferSource;
}
type AllowSharedBufferSource = ArrayBufferLike | ArrayBufferView;

async function decodeCoded(
  config: AudioConfig,
  { packets, collector }: { packets: AsyncIterable<EncodedPacket>; collector: Collector },
): Promise<void> {
  let full = false;
  const decoder = new AudioDecoder({
    output(data) {
      if (!collector.add(interleaved(data))) full = true;
      data.close();
    },
    error() {}, // a damaged packet is left out
  });
  const { codec, sampleRate: rate, numberOfChannels } = config;
  const description = config.description === undefined ? undefined : bytesOf(config.description);
  decoder.configure({ codec, sampleRate: rate, numberOfChannels, ...(description !== undefined && { description }) });
  for await (const packet of packets) {
    if (full) break;
    const { type, microsecondTimestamp: timestamp, microsecondDuration: duration, data } = packet;
    decoder.decode(new EncodedAudioChunk({ type, timestamp, duration, data }));
    // Outputs are handed over by setImmediate; without this turn the whole file would be decoded first.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await decoder.flush();
  decoder.close();
}

const bytesOf = (source: AllowSharedBufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);

interface Block {
  /** Interleaved, -1 to 1. */
  readonly samples: Float32Array;
  readonly rate: number;
  readonly channels: number;
}

function interleaved(data: AudioData): Block {
  const samples = new Float32Array(data.numberOfFrames * data.numberOfChannels);
  data.copyTo(samples, { planeIndex: 0 });
  return { samples, rate: data.sampleRate, channels: data.numberOfChannels };
}

interface Collector {
  /** Takes a block; false when there is enough. */
  add(block: Block): boolean;
  sound(): Sound;
}

function collect(most: number): Collector {
  const blocks: Block[] = [];
  let seconds = 0;
  return {
    add(block) {
      blocks.push(block);
      seconds += block.samples.length / block.channels / block.rate;
      return seconds < most;
    },
    sound() {
      const first = blocks[0];
      if (first === undefined) throw new Error('No sound in it can be decoded.');
      const same = blocks.filter(({ rate, channels }) => rate === first.rate && channels === first.channels);
      const all = new Float32Array(same.reduce((sum, { samples }) => sum + samples.length, 0));
      let at = 0;
      for (const { samples } of same) {
        all.set(samples, at);
        at += samples.length;
      }
      return resampled({ ...first, samples: all });
    },
  };
}

/** To 48 kHz stereo, linearly between samples; of more than two channels the first two are used. */
function resampled({ samples, rate, channels }: Block): Sound {
  const length = samples.length / channels;
  const sound = new Float32Array(Math.floor((length * sampleRate) / rate) * 2);
  const right = channels > 1 ? 1 : 0;
  for (let index = 0; index < sound.length / 2; index += 1) {
    const position = (index * rate) / sampleRate;
    const at = Math.floor(position);
    const share = position - at;
    const next = Math.min(at + 1, length - 1);
    const mix = (channel: number): number =>
      (samples[at * channels + channel] ?? 0) * (1 - share) + (samples[next * channels + channel] ?? 0) * share;
    sound[index * 2] = mix(0);
    sound[index * 2 + 1] = mix(right);
  }
  return sound;
}
