/** Fetches and checks what an Ark request points at. Source: Ark: input limits. */
import { InputError, type Inputs, type TakenInput } from '../kit/inputs.ts';
import type { ArkRequest } from './check.ts';
import type { ArkMedium } from './content.ts';
import { arkRefusal, invalidParameter } from './refusals.ts';

const MB = 1024 * 1024;
const LARGEST_BYTES = { image: 30 * MB, video: 200 * MB, audio: 15 * MB } as const;
type Kind = keyof typeof LARGEST_BYTES;

export interface ArkInputs {
  readonly first?: TakenInput;
  readonly last?: TakenInput;
  readonly images: readonly TakenInput[];
  readonly videos: readonly TakenInput[];
  readonly audios: readonly TakenInput[];
}

function checkAddress({ url, param }: ArkMedium, kind: Kind): void {
  if (url.startsWith('asset://')) throw invalidParameter(param, 'there is no such asset');
  if (url.startsWith('data:') && kind === 'video')
    throw invalidParameter(param, 'base64 video is not supported, use a URL');
  const fits = /^https?:\/\//.test(url) || new RegExp(`^data:${kind}/[a-z0-9.+-]+;base64,`).test(url);
  if (!fits) throw invalidParameter(param, `a URL, or data:${kind}/<lower-case format>;base64,…`);
}

function unreadable(kind: Kind, { param }: ArkMedium, error: InputError): Error {
  const what = error.reason === 'unreachable' ? 'DownloadFailed' : 'InvalidFormat';
  if (kind === 'image') return arkRefusal(400, `InvalidImageURL.${what}`, `${param}: ${error.message}`, param);
  return invalidParameter(param, error.message);
}

function checkSides({ param }: ArkMedium, { width, height }: { width: number; height: number }): void {
  if (Math.min(width, height) < 300 || Math.max(width, height) > 6000) {
    throw invalidParameter(param, `sides must be 300 to 6000 px, not ${width}x${height}`);
  }
  const ratio = width / height;
  if (ratio < 0.4 || ratio > 2.5) throw invalidParameter(param, 'width over height must be 0.4 to 2.5');
}

function checkSeconds({ param }: ArkMedium, seconds: number, most: number): void {
  // A clip cut at 15 s may have a frame or an audio packet more.
  if (seconds < 2 - 0.05 || seconds > most + 0.1) throw invalidParameter(param, `it must have 2 to ${most} s`);
}

function checkFacts(medium: ArkMedium, { facts }: TakenInput, most: number): void {
  if (facts.kind === 'image') {
    if (facts.bytes >= LARGEST_BYTES.image) throw invalidParameter(medium.param, 'an image must be under 30 MB');
    checkSides(medium, facts);
  }
  if (facts.kind === 'video') {
    checkSides(medium, facts);
    checkSeconds(medium, facts.seconds, most);
    const pixels = facts.width * facts.height;
    if (pixels < 407_696 || pixels > 8_295_044)
      throw invalidParameter(medium.param, 'pixels must be 407,696 to 8,295,044');
    // 23.976 is sold as 24.
    if (facts.fps < 23.9 || facts.fps > 60.1) throw invalidParameter(medium.param, 'it must have 24 to 60 fps');
  }
  if (facts.kind === 'audio') {
    if (facts.format !== 'wav' && facts.format !== 'mp3')
      throw invalidParameter(medium.param, 'audio must be wav or mp3');
    checkSeconds(medium, facts.seconds, most);
  }
}

const secondsIn = ({ facts }: TakenInput): number => (facts.kind === 'image' ? 0 : facts.seconds);

/** The sum of the seconds of several clips or sounds. */
export const sumSeconds = (inputs: readonly TakenInput[]): number =>
  inputs.reduce((sum, input) => sum + secondsIn(input), 0);

/** Takes all media of a request, or throws Ark's 400. */
export async function takeInputs(inputs: Inputs, { content, model }: ArkRequest): Promise<ArkInputs> {
  const most = model.family === '2.5' ? 30 : 15;
  const takeOne = async (medium: ArkMedium, kind: Kind): Promise<TakenInput> => {
    checkAddress(medium, kind);
    const taken = await inputs.take(medium.url, LARGEST_BYTES[kind]).catch((error: unknown) => {
      throw error instanceof InputError ? unreadable(kind, medium, error) : error;
    });
    if (taken.facts.kind !== kind) {
      throw unreadable(kind, medium, new InputError('not_media', `it is a file of kind ${taken.facts.kind}`));
    }
    checkFacts(medium, taken, most);
    return taken;
  };
  const takeAll = (media: readonly ArkMedium[], kind: Kind) => Promise.all(media.map((each) => takeOne(each, kind)));
  const frame = (medium: ArkMedium | undefined) => takeAll(medium === undefined ? [] : [medium], 'image');
  const [[first], [last], images, videos, audios] = await Promise.all([
    frame(content.first),
    frame(content.last),
    takeAll(content.images, 'image'),
    takeAll(content.videos, 'video'),
    takeAll(content.audios, 'audio'),
  ]);
  if (sumSeconds(videos) > most + 0.3)
    throw invalidParameter('content', `reference videos must not exceed ${most} s together`);
  if (sumSeconds(audios) > most + 0.3)
    throw invalidParameter('content', `reference audios must not exceed ${most} s together`);
  return { ...(first && { first }), ...(last && { last }), images, videos, audios };
}
