import type { JsonObject } from '../domain/json.ts';
import { usageError } from './cli-error.ts';
import { byteSize } from './figures.ts';
import { imageAddress, remoteAddress } from './media-argument.ts';

/** What `generate` was asked for, as typed. */
export interface GenerateOptions {
  readonly model: string;
  readonly image?: string;
  readonly lastImage?: string;
  readonly ref?: readonly string[];
  readonly video?: readonly string[];
  readonly audio?: readonly string[];
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
  readonly folder: string;
  readonly mostBodyBytes: number;
}

/** Room for prompt and fields beside pictures. */
const OTHER_BYTES = 128 * 1024;

/** The create body that the options mean. Throws CliError for files that cannot be sent. */
export async function requestBody({ prompt, options, family, folder, mostBodyBytes }: BodyParts): Promise<JsonObject> {
  // base64 makes four bytes of three
  const files = { folder, mostBytes: Math.floor(((mostBodyBytes - OTHER_BYTES) * 3) / 4) };
  const { refs: refsField, video: videoField } = FIELDS[family ?? ''] ?? USUAL;
  const image = options.image === undefined ? undefined : await imageAddress('--image', options.image, files);
  const last =
    options.lastImage === undefined ? undefined : await imageAddress('--last-image', options.lastImage, files);
  const refs = await Promise.all((options.ref ?? []).map((value) => imageAddress('--ref', value, files)));
  const videos = (options.video ?? []).map((value) => remoteAddress('--video', value));
  const audios = (options.audio ?? []).map((value) => remoteAddress('--audio', value));
  const [onlyVideo] = videos.length === 1 ? videos : [];
  const body = {
    model: options.model,
    ...(prompt !== undefined && { prompt }),
    ...(image !== undefined && { image }),
    ...(last !== undefined && { last_image: last }),
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
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > mostBodyBytes)
    throw usageError(
      `The pictures make a request of ${byteSize(bytes)}; ${byteSize(mostBodyBytes)} can be sent. Make them smaller, or give http(s) URLs.`,
    );
  return body;
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
