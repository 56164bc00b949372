import type { BlockReader } from './block-reader.ts';
import type { ImageFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';

const pngDepths = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

/** PNG: the IHDR chunk, which comes first and has a fixed form. */
export async function probePng(reader: BlockReader): Promise<ImageFacts> {
  const header = await reader.view(8, 25);
  if (header.u32(0) !== 13 || header.fourCharacters(4) !== 'IHDR') {
    throw new ProbeError('malformed', 'the PNG does not start with its header chunk');
  }
  const [width, height] = [header.u32(8), header.u32(12)];
  if (pngDepths.get(header.u8(17))?.includes(header.u8(16)) !== true) {
    throw new ProbeError('malformed', 'the PNG has a bit depth and colour type that do not exist');
  }
  if (width >= 2 ** 31 || height >= 2 ** 31) throw new ProbeError('malformed', 'the PNG is larger than a PNG can be');
  return image({ format: 'png', bytes: reader.size, width, height, orientation: 1 });
}

/** GIF: the logical screen; whether it moves is not looked at. */
export async function probeGif(reader: BlockReader): Promise<ImageFacts> {
  const header = await reader.view(6, 7);
  const [width, height] = [header.u16le(0), header.u16le(2)];
  return image({ format: 'gif', bytes: reader.size, width, height, orientation: 1 });
}

/** Completes the facts of a picture; one without pixels is `malformed`. */
export function image(facts: Omit<ImageFacts, 'kind' | 'mediaType'>): ImageFacts {
  if (facts.width === 0 || facts.height === 0) {
    throw new ProbeError('malformed', `the picture has no pixels (${facts.width} x ${facts.height})`);
  }
  return { kind: 'image', mediaType: `image/${facts.format}`, ...facts };
}
