import { EncodedPacket } from 'mediabunny';
import { AudioData, AudioEncoder, VideoEncoder, VideoFrame } from 'node-webcodecs';
import type { Picture } from './i420.ts';

/** Encoded packets in order, with what a muxer must know of the codec. Times in seconds. */
export interface Encoded {
  readonly packets: readonly EncodedPacket[];
  readonly description?: Uint8Array;
}

/** Turns pictures into H.264. */
export interface PictureEncoder {
  /** Takes the picture's present content; waits while the encoder is behind. */
  write(picture: Picture): Promise<void>;
  finish(): Promise<Encoded>;
}

/** H.264 levels by picture size: 3.1 to 720p, 4.0 to 1080p and a little more, 5.1 above. */
export const codecFor = (pixels: number): string => {
  if (pixels <= 1280 * 720) return 'avc1.42e01f';
  return pixels <= 2_228_224 ? 'avc1.42e028' : 'avc1.42e033';
};

/** More waiting frames only cost memory: the encoder runs on its own thread and is never idle with two. */
const mostWaiting = 2;

const colourSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

/**
 * Opens a constrained baseline encoder (openh264). `encodeQueueSize` gives no back-pressure and `flush` can resolve before
 * the last packet is delivered, so frames in and packets out are counted here.
 */
export function openPictureEncoder(size: { width: number; height: number; fps: number }): PictureEncoder {
  const { width, height, fps } = size;
  const packets: EncodedPacket[] = [];
  let sent = 0;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const encoder = new VideoEncoder({
    output(chunk) {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      // Without B frames packet n is picture n; the encoder's own clock is in whole microseconds, which is not exact.
      packets.push(new EncodedPacket(data, chunk.type, packets.length / fps, 1 / fps));
      wake?.();
    },
    error(error) {
      failure = error;
      wake?.();
    },
  });
  encoder.configure({
    codec: codecFor(width * height),
    width,
    height,
    framerate: Math.max(1, Math.round(fps)),
    bitrate: Math.max(200_000, Math.round(0.075 * width * height * fps)),
    latencyMode: 'realtime',
    hardwareAcceleration: 'prefer-software',
    colorSpace: colourSpace,
    avc: { format: 'annexb' },
  });
  const waitFor = async (received: () => boolean): Promise<void> => {
    while (!received()) {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure;
  };
  return {
    async write(picture) {
      await waitFor(() => sent - packets.length < mostWaiting);
      const frame = new VideoFrame(picture.data, {
        format: 'I420',
        codedWidth: width,
        codedHeight: height,
        timestamp: Math.round((sent * 1e6) / fps),
        colorSpace: colourSpace,
      });
      encoder.encode(frame, { keyFrame: sent % Math.round(2 * fps) === 0 });
      frame.close();
      sent += 1;
    },
    async finish() {
      await encoder.flush();
      await waitFor(() => packets.length === sent);
      encoder.close();
      return { packets };
    },
  };
}

/** Sound as the encoder takes it: 48 kHz, stereo, interleaved, -1 to 1. */
export type Sound = Float32Array<ArrayBuffer>;
export const sampleRate = 48_000;
const packetSamples = 1024;

/**
 * Encodes AAC-LC at 128 kbit/s. Packets that would pass the end of the sound are left out, so that the file is not longer
 * than its pictures. The encoder drops what exceeds 1024 samples of one AudioData, so it gets exactly that.
 */
export async function encodeSound(sound: Sound): Promise<Encoded> {
  const whole = Math.floor(sound.length / 2 / packetSamples);
  const packets: EncodedPacket[] = [];
  let description: Uint8Array | undefined;
  let failure: Error | undefined;
  const encoder = new AudioEncoder({
    output(chunk, metadata) {
      const found = metadata?.decoderConfig?.description;
      if (found !== undefined) description = new Uint8Array(found);
      if (packets.length >= whole) return;
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      packets.push(
        new EncodedPacket(data, 'key', (packets.length * packetSamples) / sampleRate, packetSamples / sampleRate),
      );
    },
    error(error) {
      failure = error;
    },
  });
  encoder.configure({ codec: 'mp4a.40.2', sampleRate, numberOfChannels: 2, bitrate: 128_000 });
  for (let index = 0; index <= whole && failure === undefined; index += 1) {
    const data = new Float32Array(packetSamples * 2);
    data.set(sound.subarray(index * packetSamples * 2, (index + 1) * packetSamples * 2));
    const timestamp = Math.round((index * packetSamples * 1e6) / sampleRate);
    const format = { format: 'f32', sampleRate, numberOfFrames: packetSamples, numberOfChannels: 2 } as const;
    const block = new AudioData({ ...format, timestamp, data });
    encoder.encode(block);
    block.close();
    // A turn for the pictures: they are encoded on another thread, which shall never wait for us.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await encoder.flush();
  encoder.close();
  if (failure !== undefined) throw failure;
  return { packets, ...(description !== undefined && { description }) };
}
