/** Takes and checks the media of a Vertex request: bytes, or objects of the emulated storage. Source: Google's API pages. */
import { readFile } from 'node:fs/promises';
import { decodeBase64 } from '../kit/data-uri.ts';
import { InputError, type Inputs, type TakenInput } from '../kit/inputs.ts';
import type { VertexMedia } from './body.ts';
import { mediaOf, type VertexRequest } from './check.ts';
import { invalidArgument } from './refusals.ts';
import { type ObjectName, parseGcsUri } from './storage.ts';

const LARGEST_IMAGE_BYTES = 20 * 1024 * 1024;

export interface InputSources {
  readonly inputs: Inputs;
  /** The local file behind an object that the caller may read. */
  readonly findObject: (object: ObjectName) => Promise<string | undefined>;
}

async function bytesOf(media: VertexMedia, at: string, sources: InputSources): Promise<Uint8Array> {
  if (media.gcsUri !== undefined) {
    const path = await sources.findObject(parseGcsUri(media.gcsUri));
    if (path === undefined) throw invalidArgument(`${at}: ${media.gcsUri} does not exist or cannot be read.`);
    return readFile(path);
  }
  const bytes = decodeBase64(media.bytesBase64Encoded ?? '');
  if (bytes === undefined) throw invalidArgument(`Invalid value at '${at}.bytesBase64Encoded': Base64 decoding failed`);
  return bytes;
}

function checkFacts({ facts }: TakenInput, media: VertexMedia, at: string): void {
  if (at === 'video') {
    if (facts.kind !== 'video') throw invalidArgument('video: the bytes are not a video.');
    // A clip of 30 s may have a frame more.
    if (facts.seconds < 1 || facts.seconds > 30.1) throw invalidArgument('video: it must have 1 to 30 seconds.');
    return;
  }
  if (facts.kind !== 'image' || `image/${facts.format}` !== media.mimeType) {
    throw invalidArgument(`${at}: the bytes are not ${media.mimeType}.`);
  }
}

/** Takes all media of a request by their places, or throws Google's 400. */
export async function takeInputs(
  request: VertexRequest,
  sources: InputSources,
): Promise<ReadonlyMap<string, TakenInput>> {
  const taken = new Map<string, TakenInput>();
  for (const { at, media } of mediaOf(request)) {
    const bytes = await bytesOf(media, at, sources);
    if (at !== 'video' && bytes.length > LARGEST_IMAGE_BYTES) throw invalidArgument(`${at}: an image may have 20 MB.`);
    const input = await sources.inputs.takeBytes(bytes).catch((error: unknown) => {
      throw error instanceof InputError ? invalidArgument(`${at}: ${error.message}`) : error;
    });
    checkFacts(input, media, at);
    taken.set(at, input);
  }
  return taken;
}
