/** Fetches and checks what a Vidu request points at. Source: Vidu: parameters by endpoint, image rules. */
import { InputError, type Inputs, type TakenInput } from '../kit/inputs.ts';
import type { ViduRequest } from './check.ts';
import { viduRefusal } from './refusals.ts';

const MB = 1024 * 1024;
const LARGEST_IMAGE_BYTES = 50 * MB;
const LARGEST_VIDEO_BYTES = 100 * MB;
const IMAGE_FORMATS = ['png', 'jpeg', 'webp'];

/** The media of a request, in its order. */
export interface ViduInputs {
  readonly images: readonly TakenInput[];
  readonly videos: readonly TakenInput[];
  /** The image of the watermark, when one is asked for. */
  readonly mark?: TakenInput;
}

function checkImage({ facts }: TakenInput, smallestSide: number): void {
  if (facts.kind !== 'image' || !IMAGE_FORMATS.includes(facts.format)) {
    throw viduRefusal(400, 'ImageFormatInvalid', 'image must be png, jpeg, jpg or webp');
  }
  const ratio = facts.width / facts.height;
  if (ratio < 1 / 4 || ratio > 4) {
    throw viduRefusal(400, 'PageSizeOutOfRange', 'image ratio must be between 1:4 and 4:1');
  }
  if (Math.min(facts.width, facts.height) < smallestSide) {
    throw viduRefusal(400, 'PageSizeOutOfRange', `image must be at least ${smallestSide}x${smallestSide}`);
  }
}

function checkVideo({ facts }: TakenInput, longestSeconds: number): void {
  // avi is on Vidu's list too; nothing here can read it.
  if (facts.kind !== 'video') throw viduRefusal(400, 'VideoFormatInvalid', 'video must be mp4, avi or mov');
  if (Math.min(facts.width, facts.height) < 128)
    throw viduRefusal(400, 'VideoFormatInvalid', 'video must be at least 128x128');
  // Encoders end a clip of 5 s a frame or two later.
  if (facts.seconds > longestSeconds + 0.1) {
    throw viduRefusal(400, 'VideoFormatInvalid', `video must be at most ${longestSeconds} s`);
  }
}

async function take(inputs: Inputs, url: string, kind: 'image' | 'video'): Promise<TakenInput> {
  const maxBytes = kind === 'image' ? LARGEST_IMAGE_BYTES : LARGEST_VIDEO_BYTES;
  return inputs.take(url, maxBytes).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    if (kind === 'video') throw viduRefusal(400, 'VideoFormatInvalid', error.message);
    const reason = error.reason === 'unreachable' ? 'ImageDownloadFailure' : 'ImageFormatInvalid';
    throw viduRefusal(400, reason, error.message);
  });
}

/** "start resolution / end resolution within 0.8 to 1.25", read as pixels [I]. */
function checkPair([start, end]: readonly TakenInput[]): void {
  if (start?.facts.kind !== 'image' || end?.facts.kind !== 'image') return;
  const ratio = (start.facts.width * start.facts.height) / (end.facts.width * end.facts.height);
  if (ratio < 0.8 || ratio > 1.25) {
    throw viduRefusal(400, 'PageSizeOutOfRange', 'start and end image must have a similar resolution (0.8 to 1.25)');
  }
}

/** Takes all media of a request, or throws Vidu's 400. */
export async function takeInputs(inputs: Inputs, { route, body }: ViduRequest): Promise<ViduInputs> {
  const markUrl = body.watermark === true ? (body.wm_url ?? '') : '';
  const subjects = body.subjects ?? [];
  const imageUrls = [...(body.images ?? []), ...subjects.flatMap((subject) => subject.images ?? [])];
  const videoUrls = [...(body.videos ?? []), ...subjects.flatMap((subject) => subject.videos ?? [])];
  const [images, videos, mark] = await Promise.all([
    Promise.all(imageUrls.map((url) => take(inputs, url, 'image'))),
    Promise.all(videoUrls.map((url) => take(inputs, url, 'video'))),
    markUrl === '' ? undefined : take(inputs, markUrl, 'image'),
  ]);
  if (mark?.facts.kind !== 'image' && mark !== undefined) {
    throw viduRefusal(400, 'ImageFormatInvalid', 'wm_url must be an image');
  }
  for (const image of images) checkImage(image, route.startsWith('reference') ? 128 : 1);
  const oneVideo = videos.length === 1 && subjects.length === 0;
  for (const video of videos) checkVideo(video, oneVideo ? 8 : 5);
  if (route === 'start-end2video') checkPair(images);
  return { images, videos, ...(mark && { mark }) };
}
