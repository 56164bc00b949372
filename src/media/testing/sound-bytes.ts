import { riff, riffChunk } from './image-bytes.ts';
import { concat } from './mp4-boxes.ts';

interface WavShape {
  readonly seconds?: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly tag?: number;
}

/** Silence as WAV; 16-bit stereo at 48 kHz unless told otherwise. */
export function wav({ seconds = 1, rate = 48_000, channels = 2, bits = 16, tag = 1 }: WavShape = {}): Buffer {
  const format = Buffer.alloc(16);
  const block = (channels * bits) / 8;
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * block, 8);
  format.writeUInt16LE(block, 12);
  format.writeUInt16LE(bits, 14);
  return riff('WAVE', riffChunk('fmt ', format), riffChunk('data', Buffer.alloc(Math.round(seconds * rate * block))));
}

const kilobitIndex = new Map([
  [32, 1],
  [64, 5],
  [128, 9],
  [320, 14],
]);

/** One MPEG-1 layer III frame at 44.1 kHz, stereo. */
export function mp3Frame(kilobits = 128, content: Uint8Array = Buffer.alloc(0)): Buffer {
  const frame = Buffer.alloc(Math.floor((144_000 * kilobits) / 44_100));
  frame.set([0xff, 0xfb, (kilobitIndex.get(kilobits) ?? 9) << 4, 0]);
  frame.set(content, 4);
  return frame;
}

/** Frames whose bit rates change, so that no single rate tells the length. */
export function variableFrames(count: number): Buffer {
  const rates = [128, 320, 32, 64];
  return Buffer.concat(Array.from({ length: count }, (_, index) => mp3Frame(rates[index % 4])));
}

/** The first frame of encoders that count: `Xing` with the number of frames and bytes. */
export function xingFrame(frames: number, bytes: number): Buffer {
  return mp3Frame(128, concat(Buffer.alloc(32), 'Xing', 3, frames, bytes));
}

export function vbriFrame(frames: number, bytes: number): Buffer {
  return mp3Frame(128, concat(Buffer.alloc(32), 'VBRI', Buffer.alloc(6), bytes, frames));
}

export function id3(size: number, content: Uint8Array = Buffer.alloc(size)): Buffer {
  const digits = [21, 14, 7, 0].map((shift) => (size >> shift) & 127);
  return concat('ID3', Buffer.from([4, 0, 0, ...digits]), content);
}
