import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** No vendor's inline video is larger. */
const MOST_SPOOLED_BYTES = 2 * 1024 * 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Passes JSON through and decodes the base64 value of every member called `member` to a file of its own, while it
 * arrives: the text carries `spool:<file>` in its place. Constant memory whatever the size.
 */
export async function* spoolStrings(
  json: AsyncIterable<Uint8Array>,
  { member, folder }: { readonly member: string; readonly folder: string },
): AsyncIterable<Uint8Array> {
  const scan = new Scan(member, folder);
  for await (const chunk of json) yield await scan.take(chunk);
  await scan.end();
}

/** The state of the text between two chunks. */
class Scan {
  readonly #member: string;
  readonly #folder: string;
  #inString = false;
  #escaped = false;
  /** The last complete string outside of a value being spooled, to recognise the member's name. */
  #word = '';
  #afterName = false;
  #spool: Spool | undefined;

  constructor(member: string, folder: string) {
    this.#member = member;
    this.#folder = folder;
  }

  async take(chunk: Uint8Array): Promise<Buffer> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const out: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#spool) {
        const quote = bytes.indexOf(QUOTE, at);
        const end = quote === -1 ? bytes.length : quote;
        await this.#spool.write(bytes.subarray(at, end));
        if (quote !== -1) {
          await this.#spool.close();
          this.#spool = undefined;
        }
        at = end;
        if (quote !== -1) {
          out.push(bytes.subarray(quote, quote + 1));
          at = quote + 1;
        }
      } else {
        const stop = this.#copyUntilSpool(bytes, at);
        out.push(bytes.subarray(at, stop));
        if (this.#spool) out.push(Buffer.from(`spool:${(this.#spool as Spool).name}`)); // set by the call above
        at = stop;
      }
    }
    return Buffer.concat(out);
  }

  async end(): Promise<void> {
    await this.#spool?.close();
  }

  /** Walks plain text; stops after the opening quote of a value to spool. Answers where it stopped. */
  #copyUntilSpool(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#inString) this.#insideString(byte);
      else if (byte === QUOTE) {
        if (this.#afterName && this.#word === this.#member) {
          this.#afterName = false;
          this.#spool = new Spool(this.#folder);
          return at + 1;
        }
        this.#inString = true;
        this.#word = '';
        this.#afterName = false;
      } else if (byte === COLON) this.#afterName = true;
      else if (byte > 0x20) this.#afterName = false;
    }
    return bytes.length;
  }

  #insideString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
    else if (this.#word.length < 64) this.#word += String.fromCharCode(byte);
  }
}

/** One file that a base64 value is decoded to. */
class Spool {
  readonly name = `inline-${randomUUID()}`;
  readonly #file: WriteStream;
  #rest = Buffer.alloc(0);
  #bytes = 0;

  constructor(folder: string) {
    this.#file = createWriteStream(join(folder, this.name), { flags: 'wx', mode: 0o600 });
    // Errors are met where the next write is awaited.
    this.#file.on('error', () => {});
  }

  async write(text: Buffer): Promise<void> {
    // JSON may escape the slash of base64 as \/.
    const clean = text.includes(BACKSLASH) ? Buffer.from(text.filter((byte) => byte !== BACKSLASH)) : text;
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, clean]) : clean;
    const whole = all.length - (all.length % 4);
    this.#rest = Buffer.from(all.subarray(whole));
    await this.#put(Buffer.from(all.subarray(0, whole).toString('latin1'), 'base64'));
  }

  async close(): Promise<void> {
    await this.#put(Buffer.from(this.#rest.toString('latin1'), 'base64'));
    if (this.#file.errored) throw this.#file.errored;
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
