import { createReadStream } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { request as send } from 'undici';
import type { ChannelAccess, ExchangeOutcome, Upstream } from '../application/ports.ts';
import type { Exchange, HttpRequest } from '../domain/http.ts';
import type { OutputSource, Provider } from '../domain/provider.ts';
import { AccessTokens } from './access-tokens.ts';
import { addressOf, headersOf, type Line, openAgent, originOf, perform } from './exchange.ts';

export interface UpstreamOptions {
  readonly spoolFolder: string;
  /** Fetches an address a stranger gave us; `livemode` false may reach this process's own sandbox besides. */
  readonly fetchGuarded: (url: string, livemode: boolean) => Promise<AsyncIterable<Uint8Array>>;
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
  const tokens = new AccessTokens(() => options.now().getTime());
  const origin = (
    { provider, channel }: Pick<Call, 'provider' | 'channel'>,
    { origin: name = 'api' }: HttpRequest,
  ): string => originOf(channel, { origins: provider.origins, name, sandbox: options.sandbox() });

  const signed = async (call: Call, request: HttpRequest): Promise<HttpRequest | { readonly reason: string }> => {
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

  const exchange = async <Input, Result>(
    call: Call,
    step: Exchange<Input, Result>,
    input: Input,
  ): Promise<ExchangeOutcome<Result>> => {
    const begun = performance.now();
    const request = await signed(call, step.build(input));
    if ('reason' in request) return { answered: false, sent: false, reason: request.reason };
    const late = call.startWithinSeconds !== undefined && performance.now() - begun > call.startWithinSeconds * 1000;
    if (late) return { answered: false, sent: false, reason: 'the claim ended before the first byte' };
    const outcome = await perform(
      line,
      { origin: origin(call, request), request, deadlineSeconds: call.deadlineSeconds },
      noting401(step, () => tokens.forget(call.channel)),
      input,
    );
    return outcome;
  };

  const download = async (
    call: Pick<Call, 'provider' | 'channel'>,
    { from }: OutputSource,
  ): Promise<AsyncIterable<Uint8Array>> => {
    if ('url' in from) return options.fetchGuarded(from.url, call.channel.livemode);
    if ('spool' in from) {
      const path = join(options.spoolFolder, basename(from.spool));
      await access(path);
      return readOnce(path);
    }
    const request = await signed({ ...call, deadlineSeconds: 30 }, from.request);
    if ('reason' in request) throw new Error(request.reason);
    const response = await send(addressOf(origin(call, request), request), {
      dispatcher: line.agent,
      method: request.method,
      headers: headersOf(request),
      signal: AbortSignal.timeout(DOWNLOAD_SECONDS * 1000),
    });
    if (response.statusCode === 200) return response.body;
    await response.body.dump();
    throw new Error(`the vendor's storage answered ${response.statusCode}`);
  };

  return { exchange, download, close: () => line.agent.destroy() };
}

/** A spooled file is needed once: after a failed try the vendor is asked again, and spools another. */
async function* readOnce(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** A token that was refused is not used again. */
const noting401 = <Input, Result>(step: Exchange<Input, Result>, forget: () => void): Exchange<Input, Result> => ({
  ...step,
  parse: (response, input) => {
    if (response.status === 401) forget();
    return step.parse(response, input);
  },
});
