import { type Api, openApi } from './api-client.ts';
import { usageError } from './cli-error.ts';
import { type FoundServer, findServer } from './find-server.ts';
import { findKey } from './keys.ts';
import type { Output } from './output.ts';
import type { Settings } from './settings.ts';
import { startServer } from './start-server.ts';

/** What a command that speaks to a server works with. */
export interface Session {
  readonly api: Api;
  readonly settings: Settings;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly live: boolean;
}

export interface SessionOptions {
  readonly settings: Settings;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly live: boolean;
}

/** Finds a running server, or starts one that stays; says which, and with whose money. */
export async function openSession({ settings, output, signal, live }: SessionOptions): Promise<Session> {
  const running = await findServer(settings);
  if (running) output.say(`Server    ${running.url}`);
  const { url } = running ?? (await startAndSay(settings, output, signal));
  const found = await findKey(settings, live ? 'live' : 'test');
  const prefix = live ? 'sk-live-' : 'sk-test-';
  // Only the key decides whether money is spent: it must be what was asked for.
  if (!found.key.startsWith(prefix)) throw usageError(`The key from ${found.origin} does not begin with ${prefix}.`);
  output.say(
    live
      ? 'Key       live: this spends real money at the vendor'
      : 'Key       test: the sandbox renders the video, nothing is spent (--live for the real model)',
  );
  return { api: openApi(url, found), settings, output, signal, live };
}

async function startAndSay(settings: Settings, output: Output, signal: AbortSignal): Promise<FoundServer> {
  output.say('Server    none runs here; starting one …');
  const started = await startServer(settings, signal);
  const stop = started.pid === undefined ? '' : ` (stop it: kill ${started.pid})`;
  output.say(`Server    ${started.url}, stays running${stop}`);
  return started;
}
