import { expect, test } from 'vitest';
import { bytesSource, probe } from './probe.ts';
import { riff, riffChunk } from './testing/image-bytes.ts';
import { id3, mp3Frame, variableFrames, vbriFrame, wav, xingFrame } from './testing/sound-bytes.ts';

const facts = (bytes: Uint8Array) => probe(bytesSource(bytes));
const refusal = (name: string) => expect.objectContaining({ name: 'ProbeError', refusal: name });
/** `frames` frames at 44.1 kHz. */
const secondsOf = (frames: number) => Math.round((frames * 1152 * 1e6) / 44_100) / 1e6;

function changed(bytes: Buffer, at: number, to: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(to, at);
  return copy;
}
const unknown = [0xff, 0xff, 0xff, 0xff];

test('a WAV tells its length, rate and channels', async () => {
  const bytes = wav({ seconds: 2.5, rate: 44_100, channels: 1 });
  expect(await facts(bytes)).toEqual({
    kind: 'audio',
    format: 'wav',
    mediaType: 'audio/wav',
    bytes: bytes.length,
    seconds: 2.5,
    codec: 'pcm',
    sampleRate: 44_100,
    channels: 1,
  });
});

test('a WAV whose sizes were never filled in lasts as long as its bytes', async () => {
  const piped = changed(changed(wav({ seconds: 1.5 }), 4, unknown), 40, unknown);
  expect(await facts(piped)).toMatchObject({ seconds: 1.5 });
});

test('a WAV with chunks before and after its samples is read', async () => {
  const plain = wav();
  const chunks = [riffChunk('LIST', Buffer.alloc(33)), plain.subarray(12), riffChunk('id3 ', Buffer.alloc(7))];
  expect(await facts(riff('WAVE', ...chunks))).toMatchObject({ seconds: 1, sampleRate: 48_000 });
});

test('an MP3 that counts its frames is taken by its word', async () => {
  const sound = variableFrames(200);
  expect(await facts(Buffer.concat([xingFrame(200, sound.length), sound]))).toEqual({
    kind: 'audio',
    format: 'mp3',
    mediaType: 'audio/mpeg',
    bytes: sound.length + 417,
    seconds: secondsOf(200),
    codec: 'mp3',
    sampleRate: 44_100,
    channels: 2,
  });
  expect(await facts(Buffer.concat([vbriFrame(200, sound.length), sound]))).toMatchObject({ seconds: secondsOf(200) });
});

test('an MP3 of changing bit rates that does not count is walked, past tags and junk', async () => {
  expect(await facts(variableFrames(400))).toMatchObject({ seconds: secondsOf(400) });
  const tagged = Buffer.concat([
    id3(5000),
    Buffer.alloc(300),
    variableFrames(300),
    Buffer.alloc(1000),
    variableFrames(100),
    Buffer.from(`TAG${'x'.repeat(125)}`),
  ]);
  expect(await facts(tagged)).toMatchObject({ seconds: secondsOf(400) });
});

test('an MP3 larger than is walked goes on as on average', async () => {
  const sound = Buffer.alloc(80 * 1024 * 1024, variableFrames(400));
  const found = await facts(sound);
  const { length } = variableFrames(400);
  const expected = secondsOf((400 * sound.length) / length);
  expect(found.kind === 'audio' && Math.abs(found.seconds - expected)).toBeLessThan(expected / 1000);
});

test.each([
  ['a WAV of rate 0', changed(wav(), 24, [0, 0, 0, 0]), 'malformed'],
  ['a WAV without channels', changed(wav(), 22, [0, 0]), 'malformed'],
  ['a WAV cut in half', wav().subarray(0, 96_000), 'truncated'],
  ['a WAV cut before its samples', wav().subarray(0, 36), 'truncated'],
  ['a WAV of unknown coding', changed(wav(), 20, [0x34, 0x12]), 'unsupported'],
  ['a WAV of two days', changed(wav({ rate: 1, bits: 8, channels: 1, seconds: 172_800 }), 4, unknown), 'too_complex'],
  [
    'an MP3 with an ID3 tag longer than the file',
    Buffer.concat([id3(1_000_000, Buffer.alloc(100)), mp3Frame()]),
    'truncated',
  ],
  ['an MP3 with an impossible ID3 size', Buffer.concat([changed(id3(100), 6, [255]), mp3Frame()]), 'malformed'],
  ['an MP3 of ID3 tags only', Buffer.alloc(12_000, id3(20)), 'too_complex'],
  ['an ID3 tag without sound', Buffer.concat([id3(100), Buffer.alloc(200_000)]), 'malformed'],
  ['an MP3 that claims 4 billion frames', Buffer.concat([xingFrame(0xffffffff, 0), variableFrames(10)]), 'malformed'],
  [
    'an MP3 cut in half',
    Buffer.concat([xingFrame(400, 181_000), variableFrames(400)]).subarray(0, 70_000),
    'truncated',
  ],
  ['3 MB of 0xFF', Buffer.alloc(3_000_000, 0xff), 'not_media'],
  ['a raw AAC stream', Buffer.alloc(500, Buffer.from([0xff, 0xf1, 0x50, 0x80])), 'unsupported'],
])('%s is refused', async (_what, bytes, expected) => {
  const started = performance.now();
  await expect(facts(bytes)).rejects.toEqual(refusal(expected));
  expect(performance.now() - started).toBeLessThan(500);
});
