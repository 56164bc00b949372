/** The parts of content[] sorted into their mode. Source: Ark: content parts, modes, input limits. */
import type { ArkBody, Part } from './body.ts';
import type { ArkModel } from './models.ts';
import { invalidParameter, missingParameter, mixedModes } from './refusals.ts';

/** One medium and where it stands in the body, for messages. */
export interface ArkMedium {
  readonly url: string;
  readonly param: string;
}

export interface ArkContent {
  readonly mode: 'text' | 'frames' | 'reference';
  readonly prompt: string;
  readonly first?: ArkMedium;
  readonly last?: ArkMedium;
  readonly images: readonly ArkMedium[];
  readonly videos: readonly ArkMedium[];
  readonly audios: readonly ArkMedium[];
}

type ImagePart = Extract<Part, { type: 'image_url' }>;
interface Placed<T> {
  readonly part: T;
  readonly index: number;
}

const imageMedium = ({ part, index }: Placed<ImagePart>): ArkMedium => ({
  url: part.image_url.url,
  param: `content[${index}].image_url.url`,
});

function placedImages(parts: readonly Part[]): readonly Placed<ImagePart>[] {
  return parts.flatMap((part, index) => (part.type === 'image_url' ? [{ part, index }] : []));
}

function countUpTo(kind: string, count: number, most: number): void {
  if (count > most) throw invalidParameter('content', `at most ${most} reference ${kind}, not ${count}`);
}

function checkReferences(content: ArkContent, model: ArkModel): void {
  const { images, videos, audios } = content;
  const large = model.family === '2.5';
  if (model.family !== '2.0' && !large) throw mixedModes('this model takes no reference media');
  countUpTo('images', images.length, large ? 30 : 9);
  countUpTo('videos', videos.length, large ? 10 : 3);
  countUpTo('audios', audios.length, large ? 10 : 3);
  // "Audio alone is refused on 2.0": read as without any picture or clip, with text or not.
  if (!large && images.length + videos.length === 0) throw mixedModes('audio needs an image or a video next to it');
}

function framesOf(images: readonly Placed<ImagePart>[]): Pick<ArkContent, 'first' | 'last'> {
  const [only] = images;
  // The role may be left out for a single first frame only.
  if (images.length === 1 && only !== undefined && only.part.role === undefined) return { first: imageMedium(only) };
  const unnamed = images.find(({ part }) => part.role === undefined);
  if (unnamed !== undefined)
    throw invalidParameter(`content[${unnamed.index}].role`, 'a role is needed with several images');
  const firsts = images.filter(({ part }) => part.role === 'first_frame');
  const lasts = images.filter(({ part }) => part.role === 'last_frame');
  if (firsts.length > 1 || lasts.length > 1) throw mixedModes('at most one first_frame and one last_frame');
  const [first] = firsts;
  const [last] = lasts;
  if (first === undefined && last !== undefined) throw mixedModes('last_frame needs a first_frame');
  return { ...(first && { first: imageMedium(first) }), ...(last && { last: imageMedium(last) }) };
}

/** Sorts the parts, or throws Ark's 400 for what does not go together. */
export function readContent({ content }: ArkBody, model: ArkModel): ArkContent {
  if (content.some((part) => part.type === 'draft_task')) {
    // Drafts are not emulated: no model that Onereel offers makes them.
    throw invalidParameter('content', 'no such draft task');
  }
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const placed = placedImages(content);
  const references = placed.filter(({ part }) => part.role === 'reference_image');
  const frames = placed.filter(({ part }) => part.role !== 'reference_image');
  const at = (index: number, kind: string): string => `content[${index}].${kind}.url`;
  const sorted = {
    prompt: texts.join('\n'),
    images: references.map(imageMedium),
    videos: content.flatMap((part, index) =>
      part.type === 'video_url' ? [{ url: part.video_url.url, param: at(index, 'video_url') }] : [],
    ),
    audios: content.flatMap((part, index) =>
      part.type === 'audio_url' ? [{ url: part.audio_url.url, param: at(index, 'audio_url') }] : [],
    ),
  };
  const referenceCount = sorted.images.length + sorted.videos.length + sorted.audios.length;
  if (frames.length > 0 && referenceCount > 0) throw mixedModes('first_frame and last_frame exclude reference media');
  if (frames.length > 0) return { ...sorted, mode: 'frames', ...framesOf(frames) };
  if (referenceCount === 0 && sorted.prompt === '') throw missingParameter('content.text');
  const result: ArkContent = { ...sorted, mode: referenceCount > 0 ? 'reference' : 'text' };
  if (referenceCount > 0) checkReferences(result, model);
  return result;
}
