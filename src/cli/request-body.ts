import type { JsonObject } from '../domain/json.ts';
import type { Media, MediaOptions } from './media-options.ts';

/** What `generate` was asked for, as typed. */
export interface GenerateOptions extends MediaOptions {
  readonly model: string;
  readonly duration?: string;
  readonly ratio?: string;
  readonly size?: string;
  readonly seed?: string;
  /** Absent: what the model does by itself. */
  readonly sound?: boolean;
}

interface Fields {
  readonly refs: string;
  /** Takes one address instead of a list, when only one was given. */
  readonly video?: string;
}

/** Where the families want references, and Veo the video to extend (docs/models.md). */
const FIELDS: Readonly<Record<string, Fields>> = {
  vidu: { refs: 'reference_image_urls' },
  veo: { refs: 'images', video: 'video' },
};
const USUAL: Fields = { refs: 'images' };

export interface BodyParts {
  readonly prompt: string | undefined;
  readonly options: GenerateOptions;
  /** Of the model; undefined when the server does not know it, and will say so. */
  readonly family: string | undefined;
  /** Addresses, and ids of uploaded files. */
  readonly media: Media<string>;
}

/** The create body that the options mean. */
export function requestBody({ prompt, options, family, media }: BodyParts): JsonObject {
  const { refs: refsField, video: videoField } = FIELDS[family ?? ''] ?? USUAL;
  const { image, lastImage, refs, videos, audios } = media;
  const [onlyVideo] = videos.length === 1 ? videos : [];
  return {
    model: options.model,
    ...(prompt !== undefined && { prompt }),
    ...(image !== undefined && { image }),
    ...(lastImage !== undefined && { last_image: lastImage }),
    ...(refs.length > 0 && { [refsField]: refs }),
    ...(videos.length > 0 &&
      (videoField !== undefined && onlyVideo !== undefined ? { [videoField]: onlyVideo } : { videos })),
    ...(audios.length > 0 && { audios }),
    ...(options.duration !== undefined && { duration: numberOrText(options.duration) }),
    ...(options.ratio !== undefined && { aspect_ratio: options.ratio }),
    ...(options.size !== undefined && { size: options.size }),
    ...(options.seed !== undefined && { seed: numberOrText(options.seed) }),
    ...(options.sound !== undefined && { audio: options.sound }),
  };
}

/** What is no number goes as it is, so that the server's message shows it. */
const numberOrText = (word: string): number | string => (/^[+-]?\d+(?:\.\d+)?$/.test(word) ? Number(word) : word);

const OPTIONS: Readonly<Record<string, string>> = {
  image: '--image',
  last_image: '--last-image',
  images: '--ref',
  reference_image_urls: '--ref',
  video: '--video',
  videos: '--video',
  audios: '--audio',
  duration: '--duration',
  aspect_ratio: '--ratio',
  size: '--size',
  seed: '--seed',
  audio: '--sound',
  model: '--model',
};

/** The option that a field of the request came from. */
export const optionOf = (param: string): string | undefined =>
  OPTIONS[param.replace(/^extra_body\./, '').replace(/[[.].*$/, '')];
