import {
  ADTS,
  type EncodedPacket,
  EncodedPacketSink,
  FilePathSource,
  FLAC,
  Input,
  type InputAudioTrack,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from 'mediabunny';
import { decodePictures, decodeSound, type PictureConfig } from './decoder.ts';
import type { Sound } from './encoder.ts';
import { pictureFromFrame } from './frame-picture.ts';
import type { Picture } from './i420.ts';
import { turn } from './motion.ts';

/** A video file, opened for decoding. */
export interface Film {
  /** To the end of the last picture. */
  readonly seconds: number;
  /** All pictures in display order, upright, with their start in seconds. */
  pictures(): AsyncGenerator<{ readonly picture: Picture; readonly start: number }, void>;
  /** One key picture from the first half. */
  still(): Promise<Picture>;
  /** Its sound, up to `most` seconds; undefined when it is silent or cannot be decoded. */
  sound(most: number): Promise<Sound | undefined>;
  close(): void;
}

const formats = [MP4, QTFF, MATROSKA, WEBM, MP3, WAVE, ADTS, OGG, FLAC];
const open = (path: string): Input => new Input({ formats, source: new FilePathSource(path) });

/** 8192 x 4608. A larger picture would not be made by any model, and decoding it takes memory that others need. */
const mostPixels = 37_748_736;

/** Opens a video. Throws a plain Error that says what is wrong with the file. */
export async function openFilm(path: string): Promise<Film> {
  const input = open(path);
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('It has no picture.');
  const config = await track.getDecoderConfig();
  if (config === null) throw new Error('Its pictures are in an unknown format.');
  if ((await track.getCodedWidth()) * (await track.getCodedHeight()) > mostPixels)
    throw new Error('Its pictures are too large.');
  const rotation = await track.getRotation();
  const packets: EncodedPacket[] = [];
  const sink = new EncodedPacketSink(track);
  for await (const packet of sink.packets(undefined, undefined, { verifyKeyPackets: false })) packets.push(packet);
  const starts = packets.map(({ timestamp }) => timestamp).sort((a, b) => a - b);
  const end = packets.reduce((latest, { timestamp, duration }) => Math.max(latest, timestamp + duration), 0);
  if (end <= 0) throw new Error('It has no pictures.');
  const pictureConfig: PictureConfig = {
    codec: config.codec,
    ...(config.codedWidth !== undefined && { codedWidth: config.codedWidth }),
    ...(config.codedHeight !== undefined && { codedHeight: config.codedHeight }),
    ...(config.description !== undefined && { description: new Uint8Array(bytes(config.description)) }),
  };
  const decode = async function* (some: readonly EncodedPacket[]) {
    let index = 0;
    for await (const frame of decodePictures(pictureConfig, some)) {
      yield { picture: turn(await pictureFromFrame(frame), rotation), start: starts[index] ?? end };
      index += 1;
    }
  };
  return {
    seconds: end,
    pictures: () => decode(packets),
    async still() {
      const keys = packets.filter(({ type }) => type === 'key');
      const key = keys[Math.floor((keys.length - 1) / 2)];
      for await (const { picture: found } of decode(key === undefined ? [] : [key])) return found;
      throw new Error('No picture in it can be decoded.');
    },
    async sound(most) {
      const audio = await input.getPrimaryAudioTrack();
      if (audio === null) return undefined;
      return soundOf(audio, most).catch(() => undefined);
    },
    close: () => input.dispose(),
  };
}

/** Decodes a sound file, or the sound of a video. Throws a plain Error that says what is wrong. */
export async function readSound(path: string, most: number): Promise<Sound> {
  const input = open(path);
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) throw new Error('It has no sound.');
    return await soundOf(track, most);
  } finally {
    input.dispose();
  }
}

const soundOf = (track: InputAudioTrack, most: number): Promise<Sound> =>
  decodeSound(track, new EncodedPacketSink(track).packets(), most);

const bytes = (source: ArrayBufferLike | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
