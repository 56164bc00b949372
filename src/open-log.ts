import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';

/** The file and the one before it: the log never takes more than twice this. */
const MOST_BYTES = 50 * 1024 * 1024;

/**
 * The log of a gateway: JSON lines, readable by its owner only. Full, it becomes `<path>.1` and begins again. A disk that
 * takes no line loses the line, never the gateway.
 */
export const openLog = (path: string, mostBytes = MOST_BYTES): Logger =>
  pino(
    {
      base: null,
      redact: ['req.headers.authorization', 'headers.authorization'],
      serializers: { error: pino.stdSerializers.err },
    },
    new LogFile(path, mostBytes),
  );

class LogFile {
  readonly #path: string;
  readonly #mostBytes: number;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string, mostBytes: number) {
    this.#path = path;
    this.#mostBytes = mostBytes;
  }

  /** Written at once: what was logged before a kill is there after it. */
  write(line: string): void {
    try {
      if (this.#file === undefined) this.#open();
      else if (this.#bytes >= this.#mostBytes) this.#turn();
      this.#bytes += writeSync(this.#file ?? this.#open(), line);
    } catch {
      this.#close();
    }
  }

  #open(): number {
    this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    this.#file = openSync(this.#path, 'a', 0o600);
    return this.#file;
  }

  #turn(): void {
    this.#close();
    renameSync(this.#path, `${this.#path}.1`);
    this.#open();
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }
}
