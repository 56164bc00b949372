type Reader = (view: DataView, at: number) => number;

/** Bytes per sample, and the sample as -1 to 1. Names are mediabunny's. */
const readers: Readonly<Record<string, readonly [bytes: number, read: Reader]>> = {
  'pcm-u8': [1, (view, at) => (view.getUint8(at) - 128) / 128],
  'pcm-s8': [1, (view, at) => view.getInt8(at) / 128],
  'pcm-s16': [2, (view, at) => view.getInt16(at, true) / 32768],
  'pcm-s16be': [2, (view, at) => view.getInt16(at) / 32768],
  'pcm-s24': [3, (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 8388608],
  'pcm-s24be': [3, (view, at) => (view.getInt16(at) * 256 + view.getUint8(at + 2)) / 8388608],
  'pcm-s32': [4, (view, at) => view.getInt32(at, true) / 2147483648],
  'pcm-s32be': [4, (view, at) => view.getInt32(at) / 2147483648],
  'pcm-f32': [4, (view, at) => view.getFloat32(at, true)],
  'pcm-f32be': [4, (view, at) => view.getFloat32(at)],
  'pcm-f64': [8, (view, at) => view.getFloat64(at, true)],
  'pcm-f64be': [8, (view, at) => view.getFloat64(at)],
  ulaw: [1, (view, at) => fromMuLaw(view.getUint8(at))],
  alaw: [1, (view, at) => fromALaw(view.getUint8(at))],
};

/** Uncompressed sound to samples of -1 to 1, channels interleaved as they were. Throws for an unknown format. */
export function decodePcm(codec: string, data: Uint8Array): Float32Array {
  const reader = readers[codec];
  if (reader === undefined) throw new Error('Its sound is in an unknown format.');
  const [bytes, read] = reader;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const samples = new Float32Array(Math.floor(data.byteLength / bytes));
  for (let index = 0; index < samples.length; index += 1) {
    const sample = read(view, index * bytes);
    samples[index] = Number.isFinite(sample) ? Math.min(1, Math.max(-1, sample)) : 0;
  }
  return samples;
}

function fromMuLaw(code: number): number {
  const bits = ~code & 255;
  const size = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  return ((bits & 128) === 0 ? size - 132 : 132 - size) / 32768;
}

function fromALaw(code: number): number {
  const bits = code ^ 85;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const size = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return ((bits & 128) === 0 ? -size : size) / 32768;
}
