import { Spool } from './spool.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = 0x20;
/** Longer names are not looked for. */
const MOST_NAME_BYTES = 64;

/**
 * Passes JSON through and decodes the base64 value of every member called `member` to a file of its own, while it
 * arrives: the text carries `spool:<file>` in its place. Constant memory whatever the size. Names spelled with escapes
 * are not recognised.
 */
export async function* spoolStrings(
  json: AsyncIterable<Uint8Array>,
  { member, folder }: { readonly member: string; readonly folder: string },
): AsyncIterable<Uint8Array> {
  const scan = new Scan(member, folder);
  try {
    for await (const chunk of json) yield await scan.take(chunk);
  } finally {
    await scan.end();
  }
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
    for (let at = 0; at < bytes.length; ) {
      if (this.#spool) {
        const stop = await this.#spool.take(bytes, at);
        if (stop.isClosed) this.#spool = undefined;
        at = stop.at;
        continue;
      }
      const stop = this.#copyUntilSpool(bytes, at);
      out.push(bytes.subarray(at, stop.at));
      if (stop.spool) out.push(Buffer.from(`spool:${stop.spool.name}"`));
      at = stop.at;
    }
    return Buffer.concat(out);
  }

  /** A value that never ended belongs to an answer that broke off: nobody will read it. */
  async end(): Promise<void> {
    await this.#spool?.discard();
  }

  /** Walks plain text; stops after the opening quote of a value to spool. */
  #copyUntilSpool(bytes: Buffer, from: number): { readonly at: number; readonly spool?: Spool } {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#inString) this.#insideString(byte);
      else if (byte === QUOTE) {
        if (this.#afterName && this.#word === this.#member) {
          this.#afterName = false;
          this.#spool = new Spool(this.#folder);
          return { at: at + 1, spool: this.#spool };
        }
        this.#inString = true;
        this.#word = '';
        this.#afterName = false;
      } else if (byte === COLON) this.#afterName = true;
      else if (byte > SPACE) this.#afterName = false;
    }
    return { at: bytes.length };
  }

  #insideString(byte: number): void {
    if (byte === QUOTE && !this.#escaped) {
      this.#inString = false;
      return;
    }
    this.#escaped = byte === BACKSLASH && !this.#escaped;
    if (this.#word.length <= MOST_NAME_BYTES) this.#word += String.fromCharCode(byte);
  }
}
