import type { ByteSource } from './byte-source.ts';
import { ByteView } from './byte-view.ts';
import { ProbeError } from './probe-error.ts';

const blockBytes = 64 * 1024;
const maxReads = 20_000;

/** Reads a source through one block of 64 KiB, with a cap on the number of reads. */
export class BlockReader {
  readonly size: number;
  readonly #source: ByteSource;
  #block: Uint8Array = new Uint8Array(0);
  #blockOffset = 0;
  #reads = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.size = source.size;
  }

  /** Exactly `length` bytes at `offset`; `truncated` when the file ends before. */
  async view(offset: number, length: number): Promise<ByteView> {
    if (offset + length > this.size) {
      throw new ProbeError('truncated', `the file ends at byte ${this.size}, within what it announces`);
    }
    return new ByteView(await this.#bytes(offset, length));
  }

  /** What there is at `offset`, at most `length` bytes and at most one block, without copying. */
  async upTo(offset: number, length: number): Promise<Uint8Array> {
    const there = Math.min(length, blockBytes, this.size - offset);
    return there > 0 ? this.#bytes(offset, there) : new Uint8Array(0);
  }

  async #bytes(offset: number, length: number): Promise<Uint8Array> {
    if (length > blockBytes) return this.#read(offset, length);
    const start = offset - this.#blockOffset;
    if (start >= 0 && start + length <= this.#block.length) return this.#block.subarray(start, start + length);
    this.#block = await this.#read(offset, Math.min(blockBytes, this.size - offset));
    this.#blockOffset = offset;
    return this.#block.subarray(0, length);
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    this.#reads += 1;
    if (this.#reads > maxReads) throw new ProbeError('too_complex', `it takes more than ${maxReads} reads`);
    const bytes = await this.#source.read(offset, length);
    if (bytes.length < length) throw new ProbeError('truncated', 'the file became shorter while it was read');
    return bytes;
  }
}
