import type { Json } from '../../domain/json.ts';
import { type Fields, issue } from '../kit/read-fields.ts';

/** What other protocols call their pictures and videos, with what they are called here. */
const NAMES: ReadonlySet<string> = new Set([
  ...['image', 'image_url', 'image_urls', 'input_image', 'input_reference', 'first_frame', 'first_frame_image'],
  ...['last_image', 'last_frame', 'last_frame_image', 'end_image', 'start_image', 'reference_image_urls'],
  ...['reference_images', 'video', 'video_url', 'video_urls', 'audios', 'audio_url', 'audio_urls', 'content'],
]);
const ADDRESS = /^(?:https?:\/\/|data:(?:image|video|audio)\/|file_\d)/i;

/** A media field of somebody else, by its name or by what it holds, is refused: no video is paid without its pictures. */
export function refuseForeignMedia(fields: Fields, known: readonly string[]): void {
  for (const [name, { value, param }] of fields) {
    if (known.includes(name) || name === 'wm_url') continue;
    const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
    if (isEmpty || !(NAMES.has(name) || holdsAddress(value))) continue;
    throw issue(
      'unsupported_field',
      param,
      `${param.slice(0, 100)} is not a field of this protocol; its pictures go into images (img2video: one; start-end2video: the first and the last frame; reference2video: references).`,
    );
  }
}

function holdsAddress(value: Json): boolean {
  if (typeof value === 'string') return ADDRESS.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsAddress);
}
