import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { request as send } from 'undici';
import type { Download } from '../application/download.ts';
import type { ChannelAccess, ExchangeOutcome, Upstream } from '../application/ports.ts';
import type { Exchange, HttpRequest } from '../domain/http.ts';
import type { Provider } from '../domain/provider.ts';
import { AccessTokens, type NoToken } from './access-tokens.ts';
import { addressOf, headersOf, type Line, openAgent, originOf, perform } from './exchange.ts';
import { flatHeaders } from './read-answer.ts';
import { resumeDownload, type StorageAnswer, type StorageQuestion } from './resume-download.ts';

export interface UpstreamOptions {
  readonly spoolFolder: string;
  /** Fetches an address a stranger gave us; `livemode` false may reach this process's own sandbox besides. */
  readonly fetchGuarded: (
    url: string,
    question: StorageQuestion & { readonly livemode: boolean },
  ) => Promise<StorageAnswer>;
  /** Reads an answer's body so that bytes which have arrived are not lost when the line breaks. */
  readonly readAhead: (body: Readable) => AsyncIterable<Uint8Array>;
  /** Base address of this process's emulators, when they run. */
  readonly sandbox: () => string | undefined;
  readonly now: () => Date;
}

interface Call {
  readonly provider: Provider;
  readonly channel: ChannelAccess;
  readonly deadlineSeconds: number;
  readonly startWithinSeconds?: number;
}

const DOWNLOAD_SECONDS = 1800;

/**
 * Speaks to vendors: HTTP with the channel's own origin and credentials. Nothing here decides anything. `close` ends what
 * is still under way: its time to finish is over by then.
 */
export function openUpstream(options: UpstreamOptions): Upstream & { close(): Promise<void> } {
  const line: Line = { agent: openAgent(), spoolFolder: options.spoolFolder };
  const creates: Line = { ...line, agent: openAgent() };
  const tokens = new AccessTokens(() => options.now().getTime());
  const origin = (
    { provider, channel }: Pick<Call, 'provider' | 'channel'>,
    { origin: name = 'api' }: HttpRequest,
  ): string => originOf(channel, { origins: provider.origins, name, sandbox: options.sandbox() });

  const signed = async (call: Call, request: HttpRequest): Promise<HttpRequest | NoToken> => {
    const { provider, channel } = call;
    const now = options.now();
    if (!provider.authorize) return provider.sign(request, channel.credentials, { now });
    const { authorize } = provider;
    const input = { credentials: channel.credentials, now };
    const outcome = await tokens.get(channel, () => {
      const ask = authorize.build(input);
      return perform(
        line,
        { origin: origin(call, ask), request: ask, deadlineSeconds: call.deadlineSeconds },
        authorize,
        input,
      );
    });
    return 'reason' in outcome
      ? outcome
      : provider.sign(request, channel.credentials, { now, accessToken: outcome.token });
  };

  /** A request that cannot be built or signed, by a wrong setting say, was surely not sent. */
  const prepare = async <Input, Result>(
    call: Call,
    step: Exchange<Input, Result>,
    input: Input,
  ): Promise<HttpRequest | NoToken> => {
    try {
      return await signed(call, step.build(input));
    } catch (error) {
      return { reason: `the request cannot be made: ${error instanceof Error ? error.message : String(error)}` };
    }
  };

  const once = async <Input, Result>(
    call: Call,
    step: Exchange<Input, Result>,
    { input, begun }: { readonly input: Input; readonly begun: number },
  ): Promise<{ readonly outcome: ExchangeOutcome<Result>; readonly status?: number }> => {
    const request = await prepare(call, step, input);
    if ('reason' in request) return { outcome: { answered: false, sent: false, ...request } };
    const late = call.startWithinSeconds !== undefined && performance.now() - begun > call.startWithinSeconds * 1000;
    if (late) return { outcome: { answered: false, sent: false, reason: 'the claim ended before the first byte' } };
    const fresh = call.startWithinSeconds !== undefined;
    let status: number | undefined;
    const outcome = await perform(
      fresh ? creates : line,
      { origin: origin(call, request), request, deadlineSeconds: call.deadlineSeconds, fresh },
      noting(step, (seen) => {
        status = seen;
      }),
      input,
    );
    return { outcome, ...(status !== undefined && { status }) };
  };

  const exchange = async <Input, Result>(
    call: Call,
    step: Exchange<Input, Result>,
    input: Input,
  ): Promise<ExchangeOutcome<Result>> => {
    const begun = performance.now();
    const { outcome, status } = await once(call, step, { input, begun });
    if (status !== 401 || !call.provider.authorize) return outcome;
    // A token that ended early is a sure refusal, and no verdict on the key: once more, with a new one.
    tokens.forget(call.channel);
    return (await once(call, step, { input, begun })).outcome;
  };

  /** At the vendor's own storage, signed. */
  const askStorage = async (
    call: Pick<Call, 'provider' | 'channel'>,
    unsigned: HttpRequest,
    { headers, accepts }: StorageQuestion,
  ): Promise<StorageAnswer> => {
    const request = await signed({ ...call, deadlineSeconds: 30 }, unsigned);
    if ('reason' in request) throw new Error(request.reason);
    const response = await send(addressOf(origin(call, request), request), {
      dispatcher: line.agent,
      method: request.method,
      headers: { ...headersOf(request), 'accept-encoding': 'identity', ...headers },
      signal: AbortSignal.timeout(DOWNLOAD_SECONDS * 1000),
    });
    // A body that breaks before anyone reads it must not take the process down.
    response.body.on('error', () => undefined);
    if (accepts(response.statusCode))
      return {
        status: response.statusCode,
        headers: flatHeaders(response.headers),
        body: options.readAhead(response.body),
      };
    await response.body.dump();
    throw new Error(`the vendor's storage answered ${response.statusCode}`);
  };

  const download: Upstream['download'] = async (call, { from }, point) => {
    if ('spool' in from) return readSpooled(join(options.spoolFolder, basename(from.spool)));
    if ('request' in from) return resumeDownload((question) => askStorage(call, from.request, question), point);
    const { livemode } = call.channel;
    return resumeDownload((question) => options.fetchGuarded(from.url, { ...question, livemode }), point);
  };

  return {
    exchange,
    download,
    close: async () => void (await Promise.all([line.agent.destroy(), creates.agent.destroy()])),
  };
}

/** A spooled file is here already, whole. */
async function readSpooled(path: string): Promise<Download> {
  const { size } = await stat(path);
  return { startsAt: 0, marks: { totalBytes: size }, body: readOnce(path) };
}

/** It is needed once: after a failed try the vendor is asked again, and spools another. */
async function* readOnce(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** The same exchange, telling the status of its answer. */
const noting = <Input, Result>(
  step: Exchange<Input, Result>,
  note: (status: number) => void,
): Exchange<Input, Result> => ({
  ...step,
  parse: (response, input) => {
    note(response.status);
    return step.parse(response, input);
  },
});
