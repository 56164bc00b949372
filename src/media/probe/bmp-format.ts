import type { BlockReader } from './block-reader.ts';
import { image } from './image-formats.ts';
import type { ImageFacts } from './media-facts.ts';
import { ProbeError } from './probe-error.ts';

const coreHeaderBytes = 12;

/** BMP: the header behind the file header. A negative height only says that rows stand top down. */
export async function probeBmp(reader: BlockReader): Promise<ImageFacts> {
  const headerBytes = (await reader.view(14, 4)).u32le(0);
  const isCore = headerBytes === coreHeaderBytes;
  if (!isCore && (headerBytes < 16 || headerBytes > 256))
    throw new ProbeError('malformed', `the BMP has a header of the impossible size ${headerBytes}`);
  const header = await reader.view(18, 8);
  const [width, height] = isCore
    ? [header.u16le(0), header.u16le(2)]
    : [header.u32le(0) | 0, Math.abs(header.u32le(4) | 0)];
  if (width < 0) throw new ProbeError('malformed', 'the BMP has a negative width');
  return image({ format: 'bmp', bytes: reader.size, width, height, orientation: 1 });
}
