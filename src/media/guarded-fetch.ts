import { Client } from 'undici';
import { parseAllowed } from './allowed-places.ts';
import { ExchangeWatch } from './exchange-watch.ts';
import { closedError, connectionError, refuseEncoding, statusError, tooManyRedirects } from './fetch-refusals.ts';
import { type FetchTarget, parseTarget, redirectTarget } from './fetch-target.ts';
import { guardedBody, tooLarge } from './guarded-body.ts';
import { type Dial, dialChecked, guardedConnector, type Resolve, resolveWithSystem } from './guarded-connect.ts';
import { readAhead } from './read-ahead.ts';

export { type FetchRefusal, GuardedFetchError } from './guarded-fetch-error.ts';
export { isPublicAddress } from './public-address.ts';

export interface GuardedFetchOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  /** Dropped, all but a range, when a redirect leaves the origin. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Default 512 MiB. */
  readonly maxBytes?: number;
  /** The whole exchange: look-up, redirects, body. Default 300. */
  readonly timeoutSeconds?: number;
  /** Longest silence of the other side. Default 30. */
  readonly idleSeconds?: number;
  /** Default 5; 0 refuses any redirect. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
  /** Default 200 to 299. */
  readonly acceptStatus?: (status: number) => boolean;
}

export interface GuardedResponse {
  readonly status: number;
  /** Names in lower case; repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** To be read once, to the end or until the reader leaves the loop; the connection is closed then. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface GuardedFetcher {
  /**
   * GET (default), HEAD or POST of a URL that a stranger gave us. Throws GuardedFetchError, or the signal's reason when
   * the caller gave up. The body is a stream that throws the same when it breaks a limit.
   */
  fetch(url: string, options?: GuardedFetchOptions): Promise<GuardedResponse>;
  /** Ends what is under way; later calls fail. */
  close(): Promise<void>;
}

export interface GuardedFetcherOptions {
  /** `host:port` exceptions that may lie at private addresses: exact, in any case. */
  readonly allow: readonly string[];
  /** How names are looked up; the system's resolver by default. */
  readonly resolve?: Resolve;
  /** How checked addresses are connected to; a plain socket by default. */
  readonly dial?: Dial;
}

interface Guard {
  readonly allowed: ReadonlySet<string>;
  readonly resolve: Resolve;
  readonly dial: Dial;
}

/** One request on its way through redirects. */
interface Hop {
  readonly target: FetchTarget;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

type Answer = Awaited<ReturnType<Client['request']>>;

const redirects = new Set([301, 302, 303, 307, 308]);
/** What decides where a request goes and where it ends is not the caller's to set. */
const ownHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'upgrade',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'proxy-authorization',
  'proxy-connection',
]);

/**
 * The only door to URLs that strangers chose. Every connection is new, so every call checks the
 * address that it really connects to; no proxy, no cookies, no compression, redirects followed by hand.
 */
export function createGuardedFetcher(options: GuardedFetcherOptions): GuardedFetcher {
  const guard: Guard = {
    allowed: parseAllowed(options.allow),
    resolve: options.resolve ?? resolveWithSystem,
    dial: options.dial ?? dialChecked,
  };
  const open = new Set<ExchangeWatch>();
  let closed = false;
  return {
    async fetch(url, given = {}) {
      if (closed) throw closedError();
      const target = parseTarget(url);
      const watch = new ExchangeWatch({
        label: target.label,
        timeoutSeconds: given.timeoutSeconds ?? 300,
        idleSeconds: given.idleSeconds ?? 30,
        ...(given.signal !== undefined && { signal: given.signal }),
      });
      open.add(watch);
      const exchange = new Exchange(guard, watch, () => open.delete(watch));
      return await exchange.run(firstHop(target, given), given);
    },
    async close() {
      closed = true;
      for (const watch of open) watch.end(closedError());
    },
  };
}

/** One call of `fetch`: at most one connection is open at a time. */
class Exchange {
  readonly #guard: Guard;
  readonly #watch: ExchangeWatch;
  readonly #forget: () => void;
  #client: Client | undefined;

  constructor(guard: Guard, watch: ExchangeWatch, forget: () => void) {
    this.#guard = guard;
    this.#watch = watch;
    this.#forget = forget;
  }

  async run(first: Hop, options: GuardedFetchOptions): Promise<GuardedResponse> {
    const accept = options.acceptStatus ?? ((status) => status >= 200 && status <= 299);
    const maxRedirects = options.maxRedirects ?? 5;
    let hop = first;
    try {
      for (let followed = 0; ; followed += 1) {
        const answer = await this.#request(hop);
        if (accept(answer.statusCode)) return this.#respond(hop, answer, options.maxBytes ?? 512 * 1024 * 1024);
        const location = redirects.has(answer.statusCode) ? answer.headers['location'] : undefined;
        if (location === undefined) throw statusError(hop.target, answer.statusCode);
        if (followed >= maxRedirects) throw tooManyRedirects(hop.target, maxRedirects);
        hop = nextHop(hop, answer.statusCode, typeof location === 'string' ? location : (location[0] ?? ''));
      }
    } catch (error) {
      this.#finish();
      throw this.#watch.reason ?? connectionError(hop.target, error);
    }
  }

  async #request({ target, method, headers, body }: Hop): Promise<Answer> {
    this.#drop();
    // pipelining 0 closes the connection after one answer: no pool, so no answer can spill into another call's.
    const client = new Client(target.url.origin, {
      connect: guardedConnector(target, this.#guard),
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client = client;
    this.#watch.guard((reason) => void client.destroy(reason).catch(() => undefined));
    this.#watch.expect();
    const answer = await client.request({
      path: target.path,
      method,
      headers: { 'user-agent': 'Onereel', ...headers, 'accept-encoding': 'identity' },
      body: body ?? null,
    });
    this.#watch.rest();
    // A body that breaks before anyone reads it must not take the process down.
    answer.body.on('error', () => undefined);
    return answer;
  }

  #respond({ target, method }: Hop, answer: Answer, maxBytes: number): GuardedResponse {
    const headers = flatHeaders(answer.headers);
    refuseEncoding(target, headers);
    const declaredBytes = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    const empty = method === 'HEAD' || declaredBytes === 0 || answer.statusCode === 204 || answer.statusCode === 304;
    const response = { status: answer.statusCode, headers, url: `${target.url.origin}${target.path}` };
    if (empty) {
      this.#finish();
      return { ...response, body: nothing() };
    }
    if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(target.label, maxBytes);
    const rules = { label: target.label, maxBytes, declaredBytes, watch: this.#watch, done: () => this.#finish() };
    return { ...response, body: guardedBody(readAhead(answer.body), rules) };
  }

  #finish(): void {
    this.#watch.stop();
    this.#forget();
    this.#drop();
  }

  #drop(): void {
    void this.#client?.destroy().catch(() => undefined);
    this.#client = undefined;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

function firstHop(target: FetchTarget, options: GuardedFetchOptions): Hop {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (!ownHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return { target, method: options.method ?? 'GET', headers, body: options.body };
}

/** RFC 9110 section 15.4: 301, 302 and 303 turn a POST into a GET; 307 and 308 repeat it as it was. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const target = redirectTarget(location, hop.target);
  const headers = target.url.origin === hop.target.url.origin ? hop.headers : rangeOf(hop.headers);
  if (hop.method === 'POST' && status < 304) {
    const { 'content-type': _type, ...kept } = headers;
    return { target, method: 'GET', headers: kept, body: undefined };
  }
  return { ...hop, target, headers };
}

/** Says nothing of who asks, and a file that lies behind a redirect has ranges too. */
const rangeOf = ({ range, 'if-range': ifRange }: Hop['headers']): Record<string, string> => ({
  ...(range !== undefined && { range }),
  ...(ifRange !== undefined && { 'if-range': ifRange }),
});

function flatHeaders(headers: Answer['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
