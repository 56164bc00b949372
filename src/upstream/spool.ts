import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** No vendor's inline video is larger. */
const MOST_SPOOLED_BYTES = 2 * 1024 * 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One file that the base64 text of a JSON string is decoded to, chunk by chunk. */
export class Spool {
  readonly name = `inline-${randomUUID()}`;
  readonly #path: string;
  readonly #file: WriteStream;
  /** Text that does not make whole groups of four yet. */
  #rest = Buffer.alloc(0);
  /** An escape that has begun, such as `\\u00`. */
  #escape = '';
  #bytes = 0;

  constructor(folder: string) {
    this.#path = join(folder, this.name);
    this.#file = createWriteStream(this.#path, { flags: 'wx', mode: 0o600 });
    // Errors are met where the next write is awaited.
    this.#file.on('error', () => {});
  }

  /** Takes the string's text from there on. Answers where it stopped: behind the closing quote, or at the chunk's end. */
  async take(bytes: Buffer, from: number): Promise<{ readonly at: number; readonly isClosed: boolean }> {
    const text: Buffer[] = [];
    let quote = -1;
    for (let at = from; at < bytes.length; ) {
      if (this.#escape !== '') {
        text.push(this.#unescape(bytes[at] ?? 0));
        at += 1;
        continue;
      }
      if (quote < at) quote = indexOrEnd(bytes.indexOf(QUOTE, at), bytes.length);
      const stop = at + indexOrEnd(bytes.subarray(at, quote).indexOf(BACKSLASH), quote - at);
      text.push(bytes.subarray(at, stop));
      if (stop === quote && quote < bytes.length) {
        await this.#write(Buffer.concat(text));
        await this.#close();
        return { at: quote + 1, isClosed: true };
      }
      if (stop < quote) this.#escape = '\\';
      at = stop + 1;
    }
    await this.#write(Buffer.concat(text));
    return { at: bytes.length, isClosed: false };
  }

  /** Gives up: the answer broke off in the middle of it. */
  async discard(): Promise<void> {
    this.#file.destroy();
    if (!this.#file.closed) await once(this.#file, 'close').catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  /** JSON may escape any character; what base64 has is `\\/`, `\\u003d` and the like. Line breaks are left out. */
  #unescape(byte: number): Buffer {
    this.#escape += String.fromCharCode(byte);
    const isUnicode = this.#escape[1] === 'u';
    if (isUnicode && this.#escape.length < 6) return Buffer.alloc(0);
    const meant = isUnicode ? String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16)) : this.#escape.slice(1);
    this.#escape = '';
    return Buffer.from(isUnicode || meant === '/' ? meant : '');
  }

  async #write(text: Buffer): Promise<void> {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, text]) : text;
    const whole = all.length - (all.length % 4);
    this.#rest = Buffer.from(all.subarray(whole));
    await this.#put(Buffer.from(all.subarray(0, whole).toString('latin1'), 'base64'));
  }

  async #close(): Promise<void> {
    await this.#put(Buffer.from(this.#rest.toString('latin1'), 'base64'));
    this.#file.end();
    await once(this.#file, 'close');
  }

  async #put(decoded: Buffer): Promise<void> {
    if (this.#file.errored) throw this.#file.errored;
    this.#bytes += decoded.length;
    if (this.#bytes > MOST_SPOOLED_BYTES)
      throw new Error(`an inline file is larger than ${MOST_SPOOLED_BYTES} bytes; configure a bucket`);
    if (decoded.length > 0 && !this.#file.write(decoded)) await once(this.#file, 'drain');
  }
}

const indexOrEnd = (index: number, end: number): number => (index === -1 ? end : index);
