/** What the four bytes of an MP3 frame header say. */
export interface Mp3Frame {
  /** Of the whole frame. */
  readonly bytes: number;
  /** Per channel. */
  readonly samples: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** Between the header and the sound; Xing's tag stands behind it. */
  readonly sideInfoBytes: number;
  /** The smallest a frame of this version and rate can be. */
  readonly leastBytes: number;
}

const kilobits1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kilobits2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const rates1 = [44_100, 48_000, 32_000];

/** Reads a layer III header at `at`; undefined when there is none. Free-format frames (no bit rate) do not count. */
export function mp3FrameAt(bytes: Uint8Array, at: number): Mp3Frame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return undefined;
  const version = (second >> 3) & 3;
  const rate = rates1[(third >> 2) & 3];
  const mpeg1 = version === 3;
  const kilobits = (mpeg1 ? kilobits1 : kilobits2)[third >> 4] ?? 0;
  if (version === 1 || rate === undefined || kilobits === 0) return undefined;
  const sampleRate = mpeg1 ? rate : version === 2 ? rate / 2 : rate / 4;
  const samples = mpeg1 ? 1152 : 576;
  const size = (kilobit: number) => Math.floor((samples * 125 * kilobit) / sampleRate);
  const channels = fourth >> 6 === 3 ? 1 : 2;
  return {
    bytes: size(kilobits) + ((third >> 1) & 1),
    samples,
    sampleRate,
    channels,
    sideInfoBytes: mpeg1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17,
    leastBytes: size(mpeg1 ? 32 : 8),
  };
}
