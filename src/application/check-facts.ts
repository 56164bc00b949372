import type { InputRule, Span } from '../domain/model.ts';
import type { MediaKind } from '../domain/request.ts';
import type { MediaFact } from './ports.ts';

/** One thing about a file that a model does not take, as the end of a sentence that begins with the field. */
export interface Misfit {
  readonly text: string;
  /** A picture can be made to fit: another format, smaller. */
  readonly fixable: boolean;
}

/** Lengths are measured in frames and samples; limits are meant in whole seconds. */
export const ROUNDING_SECONDS = 0.05;
/** 23.976 is sold as 24, 59.94 as 60. */
const ROUNDING_FPS = 0.1;

const KINDS: Readonly<Record<MediaKind, string>> = { image: 'an image', video: 'a video', audio: 'a sound' };

/** What a model does not take about a file, by what its bytes say. Nothing is known: nothing is wrong. */
export function misfitsOf(facts: MediaFact, rule: InputRule): readonly Misfit[] {
  if (facts.kind !== rule.kind) return [fixed(`is ${facts.mediaType}; it must be ${KINDS[rule.kind]}.`)];
  const isImage = facts.kind === 'image';
  return [
    ...(rule.mediaTypes.includes(facts.mediaType)
      ? []
      : [{ text: `is ${facts.mediaType}; this model takes ${rule.mediaTypes.join(', ')}.`, fixable: isImage }]),
    ...(facts.bytes > rule.maxBytes
      ? [{ text: `has ${facts.bytes} bytes; at most ${rule.maxBytes} are allowed.`, fixable: isImage }]
      : []),
    ...wrongLength(facts, rule),
    ...wrongSize(facts, rule),
    ...wrongFrames(facts, rule),
  ];
}

const fixed = (text: string): Misfit => ({ text, fixable: false });

const outside = (value: number, { min, max }: Span, rounding = 0): boolean =>
  value < min - rounding || value > max + rounding;

function wrongLength({ seconds: found }: MediaFact, { seconds }: InputRule): readonly Misfit[] {
  if (!seconds || found === undefined || !outside(found, seconds, ROUNDING_SECONDS)) return [];
  return [fixed(`is ${found} s long; this model takes ${seconds.min} to ${seconds.max} s.`)];
}

function wrongSize({ kind, width, height }: MediaFact, { side, pixels, ratio }: InputRule): readonly Misfit[] {
  if (width === undefined || height === undefined) return [];
  const [short, long, isImage] = [Math.min(width, height), Math.max(width, height), kind === 'image'];
  const size = `is ${width} x ${height} px`;
  const wrong: Misfit[] = [];
  if (side && short < side.min) wrong.push(fixed(`${size}; each side must have at least ${side.min} px.`));
  if (side?.max !== undefined && long > side.max)
    wrong.push({ text: `${size}; each side may have at most ${side.max} px.`, fixable: isImage });
  if (pixels && outside(width * height, pixels)) {
    const text = `${size}, ${width * height} pixels; ${pixels.min} to ${pixels.max} pixels are allowed.`;
    wrong.push({ text, fixable: isImage && width * height > pixels.max });
  }
  if (ratio && outside(width / height, ratio)) {
    const found = Math.round((width / height) * 1000) / 1000;
    wrong.push(fixed(`${size}, ${found} times as wide as high; ${ratio.min} to ${ratio.max} times is allowed.`));
  }
  return wrong;
}

function wrongFrames({ fps: found, videoCodec, audioCodec }: MediaFact, { fps, codecs }: InputRule): readonly Misfit[] {
  const wrong: Misfit[] = [];
  if (fps && found !== undefined && outside(found, fps, ROUNDING_FPS))
    wrong.push(fixed(`has ${found} frames per second; ${fps.min} to ${fps.max} are allowed.`));
  if (codecs && videoCodec !== undefined && !codecs.video.includes(videoCodec))
    wrong.push(fixed(`has pictures coded as ${videoCodec}; this model takes ${codecs.video.join(', ')}.`));
  if (codecs && audioCodec !== undefined && !codecs.audio.includes(audioCodec))
    wrong.push(fixed(`has sound coded as ${audioCodec}; this model takes ${codecs.audio.join(', ')}.`));
  return wrong;
}
