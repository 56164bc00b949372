import type { BlockReader } from './block-reader.ts';
import { BoxBudget } from './box.ts';
import { checkedSeconds } from './duration.ts';
import type { AudioFacts, VideoFacts } from './media-facts.ts';
import { addFragment, type FragmentSums } from './movie-fragment.ts';
import { type MovieIndex, movieIndex, type Track } from './movie-index.ts';
import { ProbeError } from './probe-error.ts';
import { type TopLevel, topLevelBoxes } from './top-level-boxes.ts';

/** Sound that goes on a little after the picture is the encoder's padding; more than this is part of the film. */
const soundTailSeconds = 0.5;

interface Stream extends Track {
  readonly seconds: number;
}

/** MP4, MOV and M4A, plain and fragmented: everything from the index, nothing from the media. */
export async function probeIsobmff(reader: BlockReader): Promise<VideoFacts | AudioFacts> {
  const top = await topLevelBoxes(reader);
  const budget = new BoxBudget();
  const index = movieIndex(await reader.view(top.moov.offset, top.moov.length), budget);
  checkExtent(index, { size: reader.size, indexBytes: top.moov.length });
  const streams = await streamsOf(reader, { top, index, budget });
  const videos = streams.filter((stream) => stream.kind === 'video');
  // Chapter pictures of a podcast are a video track too.
  const video = videos.find((stream) => stream.codec !== 'mjpeg' && stream.codec !== 'png') ?? videos[0];
  const audio = streams.find((stream) => stream.kind === 'audio');
  if (audio !== undefined && (video === undefined || /^M4[AB] $/.test(top.brand)))
    return audioFacts(audio, reader.size);
  if (video === undefined) throw new ProbeError('unsupported', 'the file holds neither pictures nor sound');
  return videoFacts({ video, audio, top, index, bytes: reader.size });
}

/** Samples that the index places past the end were cut off. */
function checkExtent(
  index: MovieIndex,
  { size, indexBytes }: { readonly size: number; readonly indexBytes: number },
): void {
  const bytes = index.tracks.reduce((sum, track) => sum + track.bytes, 0);
  if (
    bytes > size - indexBytes ||
    index.tracks.some((track) => track.lastChunk !== undefined && track.lastChunk >= size)
  ) {
    throw new ProbeError('truncated', `the index speaks of media after the end of the file (byte ${size})`);
  }
}

async function streamsOf(
  reader: BlockReader,
  { top, index, budget }: { readonly top: TopLevel; readonly index: MovieIndex; readonly budget: BoxBudget },
): Promise<readonly Stream[]> {
  const sums: FragmentSums = new Map();
  const defaults = index.fragmentTicks;
  if (defaults !== undefined) {
    for (const { offset, length } of top.moofs)
      addFragment(await reader.view(offset, length), sums, { defaults, budget });
  }
  const streams = index.tracks.map((track) => {
    const more = sums.get(track.id) ?? { samples: 0, ticks: 0 };
    const seconds = checkedSeconds((track.ticks + more.ticks) / track.timescale);
    return { ...track, samples: track.samples + more.samples, seconds };
  });
  const filled = streams.filter((stream) => stream.samples > 0);
  if (filled.length > 0 || streams.length === 0) return filled;
  if (defaults === undefined) throw new ProbeError('malformed', 'no track of the file has a sample');
  throw new ProbeError('truncated', 'the file announces fragments and ends without one');
}

function audioFacts(stream: Stream, bytes: number): AudioFacts {
  const { seconds, codec, channels } = stream;
  const sampleRate = stream.sampleRate === 0 ? stream.timescale : stream.sampleRate;
  return { kind: 'audio', format: 'm4a', mediaType: 'audio/mp4', bytes, seconds, codec, sampleRate, channels };
}

function videoFacts({
  video,
  audio,
  top,
  index,
  bytes,
}: {
  readonly video: Stream;
  readonly audio: Stream | undefined;
  readonly top: TopLevel;
  readonly index: MovieIndex;
  readonly bytes: number;
}): VideoFacts {
  if (video.width === 0 || video.height === 0) throw new ProbeError('malformed', 'the video has no pixels');
  const upright = video.rotation % 180 === 0;
  const mov = top.brand === 'qt  ';
  const tail = audio !== undefined && audio.seconds - video.seconds > soundTailSeconds;
  return {
    kind: 'video',
    format: mov ? 'mov' : 'mp4',
    mediaType: mov ? 'video/quicktime' : 'video/mp4',
    bytes,
    width: upright ? video.width : video.height,
    height: upright ? video.height : video.width,
    rotation: video.rotation,
    seconds: tail ? audio.seconds : video.seconds,
    declaredSeconds: index.declaredSeconds,
    fps: video.seconds === 0 ? 0 : Math.round((video.samples / video.seconds) * 1000) / 1000,
    frames: video.samples,
    videoCodec: video.codec,
    ...(audio !== undefined && { audioCodec: audio.codec }),
    audio: audio !== undefined,
    faststart: top.faststart,
    fragmented: index.fragmentTicks !== undefined && top.moofs.length > 0,
  };
}
