import { GuardedFetchError } from './guarded-fetch-error.ts';

interface WatchOptions {
  /** What the caller asked for, for messages. */
  readonly label: string;
  /** Limit of the whole exchange, redirects and body included. */
  readonly timeoutSeconds: number;
  /** Longest silence while something is awaited from the other side. */
  readonly idleSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * The clocks of one exchange. What is open is closed with the reason when the whole time is over, when the other side
 * stays silent, or when the caller gives up. Our own pauses (a slow reader) do not count as silence.
 */
export class ExchangeWatch {
  /** Why the exchange was ended from this side; undefined while it goes on. */
  reason: Error | undefined;
  readonly #options: WatchOptions;
  readonly #whole: NodeJS.Timeout;
  readonly #onAbort: () => void;
  #idle: NodeJS.Timeout | undefined;
  #close: ((reason: Error) => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    const whole = `did not finish within ${options.timeoutSeconds} s, which is the limit`;
    this.#whole = setTimeout(() => this.#timeOut(whole), options.timeoutSeconds * 1000);
    this.#onAbort = () => this.end(asError(options.signal?.reason));
    if (options.signal?.aborted === true) this.#onAbort();
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Names what to close when time is over; closes it at once if it already is. */
  guard(close: (reason: Error) => void): void {
    this.#close = close;
    if (this.reason !== undefined) close(this.reason);
  }

  /** From now on the other side has `idleSeconds` to send something. */
  expect(): void {
    this.rest();
    const silent = `sent nothing for ${this.#options.idleSeconds} s, which is the limit`;
    this.#idle = setTimeout(() => this.#timeOut(silent), this.#options.idleSeconds * 1000);
  }

  /** It is our turn: silence is ours. */
  rest(): void {
    clearTimeout(this.#idle);
  }

  /** Ends the exchange early; the first reason stays. */
  end(reason: Error): void {
    this.reason ??= reason;
    this.stop();
    this.#close?.(this.reason);
  }

  /** Forgets all clocks: the exchange is over. */
  stop(): void {
    this.rest();
    clearTimeout(this.#whole);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #timeOut(why: string): void {
    this.end(new GuardedFetchError('timed_out', { message: `${this.#options.label}: ${why}.`, retryable: true }));
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The fetch was aborted', { cause: reason });
}
