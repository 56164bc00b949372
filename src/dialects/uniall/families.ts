import type { InputRole, MediaKind } from '../../domain/request.ts';

/** What a wire field of media means. */
export interface MediaField {
  readonly role: InputRole;
  readonly kind: MediaKind;
  readonly list: boolean;
}

const one = (role: InputRole, kind: MediaKind): MediaField => ({ role, kind, list: false });
const list = (role: InputRole, kind: MediaKind): MediaField => ({ role, kind, list: true });

const FRAMES = { image: one('first_frame', 'image'), last_image: one('last_frame', 'image') };
const OMNI = {
  images: list('reference', 'image'),
  videos: list('reference', 'video'),
  audios: list('reference', 'audio'),
};

/** Which media fields each family takes, and what they mean there (UniAll: Vidu, Seedance 2.0, Veo 3.1 pages). */
const FAMILIES: Readonly<Record<string, Readonly<Record<string, MediaField>>>> = {
  vidu: { ...FRAMES, reference_image_urls: list('reference', 'image') },
  jisudance: { ...FRAMES, ...OMNI },
  seedance: { ...FRAMES, ...OMNI, video: one('reference', 'video') },
  veo: { ...FRAMES, images: list('reference', 'image'), video: one('source', 'video') },
};

export const mediaFieldsOf = (family: string): Readonly<Record<string, MediaField>> => FAMILIES[family] ?? {};

/** What an input is called here, by role and kind. */
export const inputNamesOf = (family: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(mediaFieldsOf(family))
      .reverse()
      .map(([name, { role, kind }]) => [`${role}.${kind}`, name]),
  );

/** Every media field of this protocol, so that one of another family is refused by name and never dropped. */
export const MEDIA_FIELDS: ReadonlySet<string> = new Set(Object.values(FAMILIES).flatMap(Object.keys));

/** Media fields of other protocols, with what they are called here. */
export const FOREIGN_MEDIA_FIELDS: Readonly<Record<string, string>> = {
  image_url: 'image',
  image_urls: 'images',
  first_image_url: 'image',
  first_frame: 'image',
  first_frame_image: 'image',
  input_image: 'image',
  input_reference: 'image',
  last_image_url: 'last_image',
  last_frame: 'last_image',
  last_frame_image: 'last_image',
  reference_images: 'images',
  video_url: 'video',
  video_urls: 'videos',
  audio_url: 'audios',
  audio_urls: 'audios',
  subjects: 'reference_image_urls',
};
