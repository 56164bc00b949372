import { ProbeError } from './probe-error.ts';

/** Bytes in memory, read big-endian unless the name says otherwise. Reading past the end is `malformed`. */
export class ByteView {
  readonly length: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.length;
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset);
  }

  i32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getInt32(offset);
  }

  /** Exact up to 2^53, which no real file reaches; beyond that merely huge. */
  u64(offset: number): number {
    return this.u32(offset) * 2 ** 32 + this.u32(offset + 4);
  }

  f64(offset: number): number {
    this.#check(offset, 8);
    return this.#view.getFloat64(offset);
  }

  u16le(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset, true);
  }

  u24le(offset: number): number {
    return this.u16le(offset) + this.u8(offset + 2) * 2 ** 16;
  }

  u32le(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset, true);
  }

  /** Four bytes as text, one character per byte. */
  fourCharacters(offset: number): string {
    return this.latin1(offset, 4);
  }

  latin1(offset: number, length: number): string {
    this.#check(offset, length);
    return String.fromCharCode(...this.#bytes.subarray(offset, offset + length));
  }

  #check(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.length) {
      throw new ProbeError('malformed', `a field lies outside of its box (byte ${offset} of ${this.length})`);
    }
  }
}
