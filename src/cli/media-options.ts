import { basename } from 'node:path';
import { CliError } from './cli-error.ts';
import { byteSize } from './figures.ts';
import { type LocalFile, type MediaArgument, mediaArgument } from './media-argument.ts';
import type { Session } from './session.ts';

/** The options of `generate` that name media, as typed. */
export interface MediaOptions {
  readonly image?: string;
  readonly lastImage?: string;
  readonly ref?: readonly string[];
  readonly video?: readonly string[];
  readonly audio?: readonly string[];
}

/** Media under the names of the options. */
export interface Media<Medium> {
  readonly image?: Medium;
  readonly lastImage?: Medium;
  readonly refs: readonly Medium[];
  readonly videos: readonly Medium[];
  readonly audios: readonly Medium[];
}

/** Looks at every file that is named. Throws CliError for the first that cannot be sent; nothing is sent yet. */
export async function findMedia(options: MediaOptions, folder: string): Promise<Media<MediaArgument>> {
  const one = (option: string) => (value: string) => mediaArgument(option, value, folder);
  const all = (option: string, values: readonly string[] = []) => Promise.all(values.map(one(option)));
  const { image, lastImage, ref, video, audio } = options;
  return {
    ...(image !== undefined && { image: await one('--image')(image) }),
    ...(lastImage !== undefined && { lastImage: await one('--last-image')(lastImage) }),
    refs: await all('--ref', ref),
    videos: await all('--video', video),
    audios: await all('--audio', audio),
  };
}

/** Uploads the files among the media, each once, and answers addresses for all. Says what it does. */
export async function uploadMedia(media: Media<MediaArgument>, session: Session): Promise<Media<string>> {
  const sent = new Map<string, string>();
  const addressOf = async (medium: MediaArgument): Promise<string> => {
    if ('address' in medium) return medium.address;
    const { file } = medium;
    const id = sent.get(file.path) ?? (await uploadOne(file, session)).id;
    sent.set(file.path, id);
    return id;
  };
  const inTurn = async (list: readonly MediaArgument[]): Promise<readonly string[]> => {
    const addresses: string[] = [];
    for (const medium of list) addresses.push(await addressOf(medium));
    return addresses;
  };
  const { image, lastImage } = media;
  return {
    ...(image && { image: await addressOf(image) }),
    ...(lastImage && { lastImage: await addressOf(lastImage) }),
    refs: await inTurn(media.refs),
    videos: await inTurn(media.videos),
    audios: await inTurn(media.audios),
  };
}

/** What was uploaded for one video is not needed for long: the generation keeps its copy. */
const KEEP_SECONDS = 24 * 3600;

async function uploadOne({ option, value, path, bytes }: LocalFile, { api, output, signal }: Session) {
  output.say(`Upload    ${basename(path)} (${byteSize(bytes)}) …`);
  return api.upload({ path, expiresInSeconds: KEEP_SECONDS }, signal).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.exitCode, `${option}: ${value}: ${error.message}`, error.details);
  });
}
