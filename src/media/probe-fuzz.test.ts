import { expect, test } from 'vitest';
import { bytesSource, ProbeError, type ProbeRefusal, probe } from './probe.ts';
import { exif, gif, jpeg, jpegSegment, png, riff, riffChunk, vp8x } from './testing/image-bytes.ts';
import { avi, bmp, heif, tiff } from './testing/more-images.ts';
import { audioEntry, box, concat, fragmentedMovie, movie } from './testing/mp4-boxes.ts';
import { id3, variableFrames, wav, xingFrame } from './testing/sound-bytes.ts';

const exifSegment = jpegSegment(0xe1, concat('Exif\0\0', exif(6, 'II')));
const esds = box('esds', 0, Buffer.from([3, 25, 0, 0, 0, 4, 17, 0x40, 0x15]));
const seeds: readonly Buffer[] = [
  movie(),
  movie({ mdatFirst: true, brand: 'qt  ', tail: box('free', Buffer.alloc(20)) }),
  movie({ handler: 'soun', entry: audioEntry('mp4a', esds), brand: 'M4A ' }),
  fragmentedMovie({ fragments: 3, run: concat(0x301, 2, 0, 512, 10, 512, 10) }),
  png(64, 36),
  gif(64, 36),
  jpeg(64, 36, exifSegment),
  riff('WEBP', vp8x(64, 36, 8), riffChunk('VP8 ', Buffer.alloc(30)), riffChunk('EXIF', exif(5, 'MM'))),
  wav({ seconds: 0.01 }),
  Buffer.concat([id3(40), xingFrame(10, 4000), variableFrames(10)]),
  Buffer.concat([id3(10), variableFrames(12)]),
  bmp(20, 10),
  tiff(20, 10, 6),
  heif(64, 36, { turns: 1 }),
  avi(),
];

/** Numbers that formats trip over. */
const spiteful = [0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** A small generator of chance, so that a failure can be had again from its number. */
function chance(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Changes, fills, moves and cuts bytes, mostly near the headers. */
function mutated(seed: Buffer, pick: (below: number) => number): Buffer {
  let bytes = Buffer.from(seed);
  for (let left = 1 + pick(4); left > 0 && bytes.length > 8; left -= 1) {
    const at = pick(pick(3) === 0 ? bytes.length : Math.min(bytes.length, 700));
    const length = Math.min(1 + pick(16), bytes.length - at);
    const how = pick(6);
    if (how === 0) bytes[at] = pick(256);
    else if (how === 1 && at + 4 <= bytes.length) bytes.writeUInt32BE(spiteful[pick(spiteful.length)] ?? 0, at);
    else if (how === 2) bytes.fill(pick(2) * 255, at, at + length);
    else if (how === 3) bytes.copyWithin(pick(bytes.length), at, at + length);
    else if (how === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (pick(4) === 0) bytes = bytes.subarray(0, at);
    else bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << pick(8)), at);
  }
  return bytes;
}

const runs = Number(process.env['ONEREEL_FUZZ_RUNS'] ?? 20_000);
const six = [
  'empty',
  'not_media',
  'unsupported',
  'truncated',
  'malformed',
  'too_complex',
] as const satisfies readonly ProbeRefusal[];
const refusals: readonly string[] = six;

test('the seeds are good files', async () => {
  for (const seed of seeds) await expect(probe(bytesSource(seed))).resolves.toHaveProperty('bytes', seed.length);
});

test(
  `${runs} damaged files give facts or one of the six refusals, and no number that is none`,
  async () => {
    const seen = new Map<string, number>();
    for (let run = 0; run < runs; run += 1) {
      const seed = seeds[run % seeds.length] ?? Buffer.alloc(0);
      const outcome = await probe(bytesSource(mutated(seed, chance(run)))).then(
        (facts) =>
          Object.values(facts).every((fact) => typeof fact !== 'number' || (fact >= 0 && Number.isFinite(fact)))
            ? 'facts'
            : `run ${run}: ${JSON.stringify(facts)}`,
        (error: unknown) => (error instanceof ProbeError ? error.refusal : `run ${run}: ${String(error)}`),
      );
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    const odd = [...seen.keys()].filter((outcome) => outcome !== 'facts' && !refusals.includes(outcome));
    expect(odd.slice(0, 5)).toEqual([]);
    // The mutations must neither spare everything nor destroy everything.
    expect(seen.get('facts')).toBeGreaterThan(runs / 20);
    expect(seen.get('malformed')).toBeGreaterThan(runs / 50);
  },
  runs / 10 + 60_000,
);
