import { exif, gif, jpeg, jpegSegment, png } from '../../../src/media/testing/image-bytes.ts';
import { audioEntry, box, concat, movie, videoEntry } from '../../../src/media/testing/mp4-boxes.ts';
import { wav } from '../../../src/media/testing/sound-bytes.ts';
import { type MediaServer, pngOf } from '../../harness/media-server.ts';

const second = (count: number) => [[count, 512]] as const;
const sizes = (count: number) => Array.from({ length: count }, () => 10);
const film = (frames: number, entry = videoEntry(1280, 720)): Buffer =>
  movie({ entry, times: second(frames), sampleSizes: sizes(frames) });

/** A film of 24 frames per second in the given size. */
export const filmOf = ({ seconds, width = 1280, height = 720 }: { seconds: number; width?: number; height?: number }) =>
  film(seconds * 24, videoEntry(width, height));

const turnedJpeg = jpeg(64, 36, jpegSegment(0xe1, concat('Exif\0\0', exif(6, 'II'))));
const mp4a = audioEntry('ac-3', box('dac3', 0));

/** What the cases name: files that are not what a model takes. */
const FILES: Readonly<Record<string, Buffer>> = {
  'wide.png': pngOf({ width: 1000, height: 200 }),
  'wide3.png': pngOf({ width: 900, height: 300 }),
  'tiny.png': pngOf({ width: 100, height: 100 }),
  'small.png': pngOf({ width: 640, height: 360 }),
  'large.png': pngOf({ width: 1280, height: 720 }),
  'broken.gif': gif(400, 400).subarray(0, 20),
  'broken-turned.jpg': turnedJpeg,
  'bomb.png': png(30_000, 30_000),
  'film.mp4': filmOf({ seconds: 5 }),
  'nine.mp4': filmOf({ seconds: 9 }),
  'one.mp4': filmOf({ seconds: 1 }),
  'small.mp4': filmOf({ seconds: 5, width: 640, height: 360 }),
  'slow.mp4': movie({ entry: videoEntry(1280, 720), times: [[50, 1228]], sampleSizes: sizes(50) }),
  'av1.mp4': film(120, videoEntry(1280, 720, 'av01')),
  'half.mp4': filmOf({ seconds: 5 }).subarray(0, 900),
  'long.mp4': filmOf({ seconds: 31 }),
  'dolby.m4a': movie({ handler: 'soun', entry: mp4a, brand: 'M4A ' }),
  'sound.wav': wav({ seconds: 3, rate: 8000 }),
  'short.wav': wav({ seconds: 1, rate: 8000 }),
  'nine.wav': wav({ seconds: 9, rate: 8000, channels: 1 }),
};

export function serveInputs(media: MediaServer): void {
  for (const [name, bytes] of Object.entries(FILES)) media.put(name, { mediaType: 'application/octet-stream', bytes });
}
