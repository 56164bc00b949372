import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { expect, test } from 'vitest';
import { bytesSource, probe } from './probe.ts';
import { audioEntry, box, concat, fragmentedMovie, movie, turned, u16, u64, videoEntry } from './testing/mp4-boxes.ts';

const facts = (bytes: Uint8Array) => probe(bytesSource(bytes));

interface MuxShape {
  readonly fastStart?: 'in-memory' | 'fragmented' | false;
  readonly mov?: boolean;
  readonly videoSeconds?: number;
  readonly audioSeconds?: number;
  readonly rotation?: 0 | 90 | 180 | 270;
}

/** A file of a real muxer; its packets are noise, which no prober looks at. */
async function muxed({
  fastStart = 'in-memory',
  mov = false,
  videoSeconds = 5,
  audioSeconds = 0,
  rotation = 0,
}: MuxShape): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({
    format: mov ? new MovOutputFormat({ fastStart }) : new Mp4OutputFormat({ fastStart }),
    target,
  });
  const video = new EncodedVideoPacketSource('avc');
  const audio = new EncodedAudioPacketSource('aac');
  if (videoSeconds > 0) output.addVideoTrack(video, { rotation, frameRate: 24 });
  if (audioSeconds > 0) output.addAudioTrack(audio);
  await output.start();
  // The least that an AVC configuration record may be: one sequence and one picture parameter set.
  const description = Buffer.from('014d401effe1000867640016acd940a0010004680000', 'hex');
  const decoderConfig = { codec: 'avc1.42e01f', codedWidth: 1280, codedHeight: 720, description };
  for (let frame = 0; frame < videoSeconds * 24; frame += 1) {
    const packet = new EncodedPacket(Buffer.alloc(200, 1), frame % 24 === 0 ? 'key' : 'delta', frame / 24, 1 / 24);
    await video.add(packet, frame === 0 ? { decoderConfig } : undefined);
  }
  const sound = { codec: 'mp4a.40.2', sampleRate: 48_000, numberOfChannels: 2, description: Buffer.from([0x11, 0x90]) };
  for (let part = 0; part < (audioSeconds * 48_000) / 1024; part += 1) {
    const packet = new EncodedPacket(Buffer.alloc(100, 2), 'key', (part * 1024) / 48_000, 1024 / 48_000);
    await audio.add(packet, part === 0 ? { decoderConfig: sound } : undefined);
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0));
}

const film = {
  kind: 'video',
  width: 1280,
  height: 720,
  rotation: 0,
  seconds: 5,
  fps: 24,
  frames: 120,
  videoCodec: 'h264',
};

test('an MP4 of a real muxer tells everything', async () => {
  const bytes = await muxed({ audioSeconds: 5 });
  const found = await facts(bytes);
  expect(found).toMatchObject({
    ...film,
    format: 'mp4',
    mediaType: 'video/mp4',
    bytes: bytes.length,
    audioCodec: 'aac',
    audio: true,
    faststart: true,
    fragmented: false,
  });
  expect(found.kind === 'video' && Math.abs(found.declaredSeconds - 5)).toBeLessThan(0.03);
});

test('an index at the end, fragments and QuickTime are told apart', async () => {
  const silent = { audio: false, faststart: true, fragmented: false };
  expect(await facts(await muxed({ fastStart: false }))).toMatchObject({ ...film, ...silent, faststart: false });
  const fragmented = await muxed({ fastStart: 'fragmented', audioSeconds: 5 });
  expect(await facts(fragmented)).toMatchObject({ ...film, audio: true, fragmented: true });
  const mov = await facts(await muxed({ mov: true }));
  expect(mov).toMatchObject({ ...film, ...silent, format: 'mov', mediaType: 'video/quicktime' });
  expect(mov).not.toHaveProperty('audioCodec');
});

test('sound alone in an MP4 is m4a', async () => {
  for (const fastStart of ['in-memory', 'fragmented'] as const) {
    const found = await facts(await muxed({ fastStart, videoSeconds: 0, audioSeconds: 3.2 }));
    expect(found).toMatchObject({
      kind: 'audio',
      format: 'm4a',
      mediaType: 'audio/mp4',
      codec: 'aac',
      sampleRate: 48_000,
      channels: 2,
      seconds: 3.2,
    });
  }
});

test.each([0, 90, 180, 270] as const)('a film turned by %i degrees is as wide as it is seen', async (rotation) => {
  const upright = rotation % 180 === 0;
  expect(await facts(await muxed({ rotation }))).toMatchObject({
    rotation,
    width: upright ? 1280 : 720,
    height: upright ? 720 : 1280,
  });
  const built = movie({ matrix: turned[rotation] ?? [] });
  expect(await facts(built)).toMatchObject({ rotation, width: upright ? 64 : 36, height: upright ? 36 : 64 });
});

test('sound that goes on a little does not count, sound that goes on for long does', async () => {
  expect(await facts(await muxed({ videoSeconds: 2, audioSeconds: 2.4 }))).toMatchObject({ seconds: 2, fps: 24 });
  expect(await facts(await muxed({ videoSeconds: 2, audioSeconds: 3.2 }))).toMatchObject({ seconds: 3.2, fps: 24 });
});

test('the samples count, not what the header says', async () => {
  expect(await facts(movie({ declared: [1000, 1000] }))).toMatchObject({ seconds: 5, declaredSeconds: 1 });
  expect(await facts(movie({ declared: [0, 1000] }))).toMatchObject({ seconds: 5, declaredSeconds: 0 });
  expect(await facts(movie({ declared: [1000, 0xffffffff] }))).toMatchObject({ seconds: 5, declaredSeconds: 0 });
});

test('frames of differing length are summed', async () => {
  const times = [
    [60, 512],
    [30, 1024],
    [30, 256],
  ] as const;
  expect(await facts(movie({ times }))).toMatchObject({ seconds: 5.625, frames: 120, fps: 21.333 });
});

test('fragments are summed from the nearest duration that is said', async () => {
  const film5 = { seconds: 5, frames: 120, fps: 24, fragmented: true, declaredSeconds: 0 };
  expect(await facts(fragmentedMovie({ fragments: 5 }))).toMatchObject(film5);
  const tfhd = box('tfhd', 0x20008, 1, 1024);
  expect(await facts(fragmentedMovie({ fragments: 5, tfhd }))).toMatchObject({ ...film5, seconds: 10, fps: 12 });
  const run = concat(0x305, 24, 0, 0, ...Array.from({ length: 24 }, () => [256, 10]).flat());
  expect(await facts(fragmentedMovie({ fragments: 5, tfhd, run }))).toMatchObject({ ...film5, seconds: 2.5, fps: 48 });
});

test('where the sample description has no size, the track header does', async () => {
  expect(await facts(movie({ entry: videoEntry(0, 0), shown: [320, 180] }))).toMatchObject({ width: 320, height: 180 });
});

test('pixels are reported, however many', async () => {
  expect(await facts(movie({ width: 65_535, height: 65_535 }))).toMatchObject({ width: 65_535, height: 65_535 });
});

test('a 64-bit box and a last box without size are read', async () => {
  const large = concat(1, 'mdat', u64(1216n), Buffer.alloc(1200));
  expect(await facts(movie({ mdat: large, mdatFirst: true }))).toMatchObject({ seconds: 5, faststart: false });
  expect(await facts(movie({ mdat: concat(0, 'mdat', Buffer.alloc(1200)) }))).toMatchObject({ seconds: 5 });
});

test('codecs have one name each', async () => {
  const video = [
    ['hvc1', 'hevc'],
    ['hev1', 'hevc'],
    ['av01', 'av1'],
    ['vp09', 'vp9'],
    ['apch', 'prores'],
    ['x\x01y ', 'x?y'],
  ] as const;
  for (const [type, codec] of video) {
    expect(await facts(movie({ entry: videoEntry(64, 36, type) }))).toMatchObject({ videoCodec: codec });
  }
  const esds = (object: number) => box('esds', 0, Buffer.from([3, 0x80, 0x80, 25, 0, 0, 0, 4, 17, object, 0x15]));
  const audio = [
    [audioEntry('mp4a', esds(0x40)), 'aac'],
    [audioEntry('mp4a', esds(0x6b)), 'mp3'],
    [audioEntry('mp4a', Buffer.alloc(20, 0xff)), 'aac'],
    [audioEntry('Opus'), 'opus'],
    [audioEntry('sowt'), 'pcm'],
  ] as const;
  for (const [entry, codec] of audio) {
    expect(await facts(movie({ entry, handler: 'soun', brand: 'M4A ' }))).toMatchObject({
      format: 'm4a',
      codec,
      channels: 2,
    });
  }
});

test('QuickTime sound with its rate as a float is read', async () => {
  const rate = Buffer.alloc(8);
  rate.writeDoubleBE(96_000);
  const fields = [0, u16(0, 1), u16(2, 0), 0, u16(3, 16), u16(0xfffe, 0), 0x10000, 72, rate, 6, 0x7f000000];
  const entry = box('lpcm', ...fields, 16, 0, 12, 1);
  expect(await facts(movie({ entry, handler: 'soun', brand: 'qt  ' }))).toMatchObject({
    sampleRate: 96_000,
    channels: 6,
  });
});

test('QuickTime hides the description of AAC eight boxes deep', async () => {
  const esds = box('esds', 0, Buffer.from([3, 25, 0, 0, 0, 4, 17, 0x6b, 0x15]));
  const versionOne = [0, u16(0, 1), u16(1, 0), 0, u16(2, 16, 0xfffe, 0), u16(44_100, 0), 1024, 0, 0, 2];
  const entry = box('mp4a', ...versionOne, box('wave', box('frma', 'mp4a'), esds, concat(8, 0)));
  const sound = movie({ entry, handler: 'soun', brand: 'qt  ' });
  expect(await facts(sound)).toMatchObject({ codec: 'mp3', sampleRate: 44_100, channels: 2 });
});
