import type { JsonObject } from '../../domain/json.ts';
import { type DeliveredMedia, type GenerationRequest, inputsOf } from '../../domain/request.ts';
import { addressOf } from '../kit/media.ts';
import { subjectsIn } from './options.ts';
import { namedReferences } from './reference-names.ts';

/**
 * Models of which reference2video takes `subjects`, so that `@Image1` in a prompt means something. viduq3-mix does not,
 * and viduq2-pro by the CN page only: where the caller says `subjects` itself.
 */
const WITH_SUBJECTS = new Set(['viduq3', 'viduq3-turbo', 'viduq2', 'viduq1', 'vidu2.0']);

/** Whether a request goes in the subjects form of reference2video. */
export const takesSubjects = ({ mode, prompt, options }: GenerationRequest<unknown>, modelId: string): boolean =>
  mode === 'references' &&
  (options['subjects'] !== undefined || (WITH_SUBJECTS.has(modelId) && namedReferences(prompt).length > 0));

/** Voices of subjects have no effect on Q3 (Vidu: reference2video, subjects). */
export const heedsVoices = (modelId: string): boolean => !modelId.startsWith('viduq3');

/** `subjects` as Vidu takes it: as they were named, else one for each image: Image1, Image2, ... */
export function subjectMembers(request: GenerationRequest<DeliveredMedia>, modelId: string): JsonObject {
  const images = inputsOf(request, 'reference', 'image').map(addressOf);
  const videos = inputsOf(request, 'reference', 'video').map(addressOf);
  const named = subjectsIn(request.options);
  if (!named) return { subjects: images.map((image, index) => ({ name: `Image${index + 1}`, images: [image] })) };
  const subjects = named.map(({ name, voice_id, server_id, ...count }) => {
    const [own, ownVideos] = [images.splice(0, count.images), videos.splice(0, count.videos)];
    return {
      name,
      ...(own.length > 0 && { images: own }),
      ...(ownVideos.length > 0 && { videos: ownVideos }),
      ...(voice_id !== undefined && heedsVoices(modelId) && { voice_id }),
      ...(server_id !== undefined && { server_id }),
    };
  });
  const auto = request.options['auto_subjects'];
  return { subjects, ...(auto !== undefined && { auto_subjects: auto }) };
}
