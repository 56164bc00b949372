import type { BlockReader } from './block-reader.ts';
import { ProbeError } from './probe-error.ts';

const maxChunks = 512;
/** Written by encoders that could not seek back: "until the end". */
const unknownSize = 0xffff_ffff;

export interface RiffChunk {
  readonly name: string;
  /** Of the content. */
  readonly offset: number;
  readonly length: number;
}

/** The chunks of a RIFF file (WAV, WebP), in order. A chunk that passes the end of the file is `truncated`. */
export async function* riffChunks(reader: BlockReader): AsyncGenerator<RiffChunk, void, undefined> {
  let offset = 12;
  for (let chunks = 0; offset + 8 <= reader.size; chunks += 1) {
    if (chunks >= maxChunks) throw new ProbeError('too_complex', `the file has more than ${maxChunks} chunks`);
    const header = await reader.view(offset, 8);
    const declared = header.u32le(4);
    const rest = reader.size - offset - 8;
    const length = declared === unknownSize ? rest : declared;
    if (length > rest) throw new ProbeError('truncated', 'a chunk goes on after the end of the file');
    yield { name: header.fourCharacters(0), offset: offset + 8, length };
    offset += 8 + length + (length % 2);
  }
}
