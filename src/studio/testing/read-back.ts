import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncodedPacketSink, FilePathSource, Input, MP4 } from 'mediabunny';
import { type Picture, picture } from '../i420.ts';

/** What the container says. */
export interface Contents {
  readonly width: number;
  readonly height: number;
  readonly codec: string | null;
  readonly pictures: number;
  readonly starts: readonly number[];
  readonly videoSeconds: number;
  readonly seconds: number;
  readonly sound: { readonly codec: string | null; readonly rate: number; readonly channels: number } | undefined;
}

/** Reads a file's container with mediabunny. */
export async function contentsOf(path: string): Promise<Contents> {
  using input = new Input({ formats: [MP4], source: new FilePathSource(path) });
  const video = await input.getPrimaryVideoTrack();
  if (video === null) throw new Error('no video track');
  const audio = await input.getPrimaryAudioTrack();
  const starts: number[] = [];
  for await (const { timestamp } of new EncodedPacketSink(video).packets()) starts.push(timestamp);
  return {
    width: await video.getDisplayWidth(),
    height: await video.getDisplayHeight(),
    codec: await video.getCodecParameterString(),
    pictures: starts.length,
    starts,
    videoSeconds: await input.computeDuration([video]),
    seconds: await input.computeDuration(),
    sound:
      audio === null
        ? undefined
        : {
            codec: await audio.getCodecParameterString(),
            rate: await audio.getSampleRate(),
            channels: await audio.getNumberOfChannels(),
          },
  };
}

/** What a decoding child is asked, and answers; the samples themselves go through files. */
export interface ReadBackRequest {
  readonly path: string;
  /** Which pictures; a negative one counts from the end. */
  readonly wanted: readonly number[];
  readonly folder: string;
}
export interface ReadBackAnswer {
  readonly width: number;
  readonly height: number;
  readonly pictures: number;
}

/** The decoded pictures that were asked for, the number of all, and the first channel of the sound at 48 kHz. */
export interface Decoded {
  readonly pictures: number;
  readonly shown: readonly Picture[];
  readonly sound: Float32Array;
}

/** Decodes a file in a child of its own, because the decoder may take its process down at the end. */
export async function decoded(path: string, wanted: readonly number[] = []): Promise<Decoded> {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-read-back-'));
  const child = fork(new URL('./read-back-child.ts', import.meta.url), {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_WEBCODECS_FORCE: 'static' },
  });
  try {
    const answer = await new Promise<ReadBackAnswer>((resolve, reject) => {
      child.once('message', (message: ReadBackAnswer) => resolve(message));
      child.once('exit', () => reject(new Error(`${path} cannot be decoded`)));
      child.send({ path, wanted, folder } satisfies ReadBackRequest);
    });
    const { width, height, pictures } = answer;
    const shown = await Promise.all(
      wanted.map(async (_, index) =>
        picture(width, height, new Uint8Array(await readFile(join(folder, `${index}.i420`)))),
      ),
    );
    const sound = await readFile(join(folder, 'sound.f32')).catch(() => Buffer.alloc(0));
    const samples = new Float32Array(new Uint8Array(sound).buffer);
    return { pictures, shown, sound: samples.filter((_, index) => index % 2 === 0) };
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Mean difference of the luma of two pictures, 0 to 219; of a part of it when `area` is given. */
export function difference(
  a: Picture,
  b: Picture,
  area: { x: number; y: number; width: number; height: number } = { x: 0, y: 0, width: a.width, height: a.height },
): number {
  let sum = 0;
  for (let row = area.y; row < area.y + area.height; row += 1) {
    for (let column = area.x; column < area.x + area.width; column += 1) {
      const at = row * a.width + column;
      sum += Math.abs((a.y[at] ?? 0) - (b.y[at] ?? 0));
    }
  }
  return sum / (area.width * area.height);
}

/** How strong a frequency is in a sound (Goertzel), as the amplitude of a sine. */
export function strengthOf(sound: Float32Array, hertz: number): number {
  const step = (2 * Math.PI * hertz) / 48_000;
  let re = 0;
  let im = 0;
  for (const [index, sample] of sound.entries()) {
    re += sample * Math.cos(step * index);
    im += sample * Math.sin(step * index);
  }
  return (2 * Math.hypot(re, im)) / Math.max(1, sound.length);
}
