import { BufferTarget, EncodedAudioPacketSource, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny';
import { codecFor, type Encoded, sampleRate } from './encoder.ts';
import { fixDates } from './mp4-dates.ts';

/** Writes H.264 and AAC packets into one MP4 with the index in front (faststart) and fixed dates. */
export async function writeMp4(input: {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly video: Encoded;
  readonly audio: Encoded | undefined;
}): Promise<Uint8Array> {
  const { width, height, fps, video, audio } = input;
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const videoTrack = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(videoTrack, { frameRate: fps });
  const audioTrack = new EncodedAudioPacketSource('aac');
  if (audio !== undefined) output.addAudioTrack(audioTrack);
  await output.start();
  // No description: it makes the muxer take the parameter sets out of the packets.
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;
  const videoConfig = { codec: codecFor(width * height), codedWidth: width, codedHeight: height, colorSpace };
  const sound = { codec: 'mp4a.40.2', sampleRate, numberOfChannels: 2 };
  for (const packet of video.packets) await videoTrack.add(packet, { decoderConfig: videoConfig });
  for (const packet of audio?.packets ?? []) {
    const description = audio?.description;
    await audioTrack.add(packet, { decoderConfig: { ...sound, ...(description !== undefined && { description }) } });
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('The muxer wrote nothing.');
  const file = new Uint8Array(target.buffer);
  fixDates(file);
  return file;
}
