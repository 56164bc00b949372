import type { BlockReader } from './block-reader.ts';
import { ByteView } from './byte-view.ts';
import { checkedSeconds } from './duration.ts';
import type { AudioFacts } from './media-facts.ts';
import { type Mp3Frame, mp3FrameAt } from './mp3-frame.ts';
import { ProbeError } from './probe-error.ts';

const maxTags = 8;
const searchBytes = 64 * 1024;
const maxWalkedBytes = 64 * 1024 * 1024;

interface Start {
  readonly offset: number;
  readonly frame: Mp3Frame;
}

/** MP3: the frame count of Xing, Info or VBRI, else the frames themselves. */
export async function probeMp3(reader: BlockReader): Promise<AudioFacts> {
  const start = await firstFrame(reader, await afterTags(reader));
  const frames = (await claimedFrames(reader, start)) ?? (await walkedFrames(reader, start));
  const { samples, sampleRate, channels } = start.frame;
  const seconds = checkedSeconds((frames * samples) / sampleRate);
  const bytes = reader.size;
  return { kind: 'audio', format: 'mp3', mediaType: 'audio/mpeg', bytes, seconds, codec: 'mp3', sampleRate, channels };
}

/** Skips ID3v2 tags: their size has seven bits per byte. */
async function afterTags(reader: BlockReader): Promise<number> {
  let offset = 0;
  for (let tags = 0; tags < maxTags; tags += 1) {
    const head = new ByteView(await reader.upTo(offset, 10));
    if (head.length < 10 || head.latin1(0, 3) !== 'ID3') return offset;
    const digits = [6, 7, 8, 9].map((at) => head.u8(at));
    if (digits.some((digit) => digit > 127)) throw new ProbeError('malformed', 'the ID3 tag has an impossible size');
    const footer = (head.u8(5) & 0x10) === 0 ? 0 : 10;
    offset += 10 + footer + digits.reduce((size, digit) => size * 128 + digit, 0);
    if (offset > reader.size) throw new ProbeError('truncated', 'the ID3 tag is longer than the file');
  }
  throw new ProbeError('too_complex', `the MP3 has more than ${maxTags} ID3 tags`);
}

/** The first header that is followed by another one, or by the end. */
async function firstFrame(reader: BlockReader, from: number): Promise<Start> {
  const area = await reader.upTo(from, searchBytes);
  for (let at = 0; at + 4 <= area.length; at += 1) {
    const frame = mp3FrameAt(area, at);
    if (frame === undefined) continue;
    const next = from + at + frame.bytes;
    if (next === reader.size) return { offset: from + at, frame };
    const following = mp3FrameAt(await reader.upTo(next, 4), 0);
    if (following?.sampleRate === frame.sampleRate) return { offset: from + at, frame };
  }
  throw new ProbeError('malformed', 'no two MP3 frames in a row stand where the sound should start');
}

/** The count that the first frame carries instead of sound, checked against what the bytes can hold. */
async function claimedFrames(reader: BlockReader, { offset, frame }: Start): Promise<number | undefined> {
  const head = new ByteView(await reader.upTo(offset, 4 + 32 + 26));
  const xing = 4 + frame.sideInfoBytes;
  let frames = 0;
  let bytes = 0;
  if (head.length >= xing + 16 && /^(Xing|Info)$/.test(head.fourCharacters(xing))) {
    const flags = head.u32(xing + 4);
    if ((flags & 1) !== 0) frames = head.u32(xing + 8);
    if ((flags & 3) === 3) bytes = head.u32(xing + 12);
  } else if (head.length >= 36 + 18 && head.fourCharacters(36) === 'VBRI') {
    bytes = head.u32(46);
    frames = head.u32(50);
  }
  if (frames === 0) return undefined;
  const available = reader.size - offset;
  if (frames * frame.leastBytes > available) {
    throw new ProbeError('malformed', `the MP3 claims ${frames} frames, more than its ${available} bytes can hold`);
  }
  // Taggers that add or cut a tag leave the count as it was: only a real loss counts.
  if (bytes > available * 1.05 + 8192) throw new ProbeError('truncated', `the MP3 has ${available} of ${bytes} bytes`);
  return frames;
}

/** Counts the frames, over junk of at most 64 KiB in all; beyond 64 MiB goes on as on average so far. */
async function walkedFrames(reader: BlockReader, start: Start): Promise<number> {
  let frames = 0;
  let junk = 0;
  let offset = start.offset;
  const walkEnd = Math.min(reader.size, start.offset + maxWalkedBytes);
  while (offset + 4 <= walkEnd && junk <= searchBytes) {
    const block = await reader.upTo(offset, searchBytes);
    let at = 0;
    while (at + 4 <= block.length && junk <= searchBytes) {
      const frame = mp3FrameAt(block, at);
      const fits = frame !== undefined && frame.sampleRate === start.frame.sampleRate;
      if (fits) frames += 1;
      else junk += 1;
      at += fits ? frame.bytes : 1;
    }
    offset += at;
  }
  if (offset < walkEnd || walkEnd === reader.size) return frames;
  return Math.round((frames * (reader.size - start.offset)) / (offset - start.offset));
}
