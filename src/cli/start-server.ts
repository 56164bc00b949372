import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noServer } from './cli-error.ts';
import { type FoundServer, findServer } from './find-server.ts';
import type { Settings } from './settings.ts';

/** The first start makes a database; a slow disk takes its time. */
const START_SECONDS = 120;
/** Another command may have started one at the same time: it needs a moment to record itself. */
const OTHER_SECONDS = 2;
const LOOK_MILLISECONDS = 100;
const SHOWN_CHARS = 2000;

/**
 * Starts a server that outlives this command: in a session of its own, so that Ctrl-C does not reach it, its output in
 * `<data>/server.log`. Throws with that output when it does not come up.
 */
export async function startServer(settings: Settings, signal: AbortSignal): Promise<FoundServer> {
  const { dataFolder, serveCommand } = settings;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw noServer(`A server needs the data folder ${dataFolder}, which cannot be made: ${error.message}`);
  });
  const path = join(dataFolder, 'server.log');
  const log = await open(path, 'a', 0o600).catch((error: Error) => {
    throw noServer(`A server cannot be started: its log cannot be written: ${error.message}`);
  });
  const { size } = await log.stat();
  const [program, ...args] = serveCommand;
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, ...(await freePort(settings)) },
  });
  await log.close();
  child.unref();
  let gone = false;
  child.once('error', () => {
    gone = true;
  });
  child.once('exit', () => {
    gone = true;
  });
  const found = await waitForServer(settings, { signal, isGone: () => gone });
  if (found) return found;
  const said = (await readFile(path)).subarray(size).subarray(-SHOWN_CHARS).toString('utf8').trim();
  throw noServer(`The server did not start${said === '' ? '' : `:\n${said}`}\nIts output is in ${path}.`);
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly isGone: () => boolean;
}

async function waitForServer(settings: Settings, { signal, isGone }: Waiting): Promise<FoundServer | undefined> {
  let until = performance.now() + START_SECONDS * 1000;
  let ended = false;
  while (performance.now() < until) {
    const found = await findServer(settings);
    if (found) return found;
    if (isGone() && !ended) {
      ended = true;
      until = Math.min(until, performance.now() + OTHER_SECONDS * 1000);
    }
    await sleep(LOOK_MILLISECONDS, undefined, { signal });
  }
  return undefined;
}

/** Where nobody asked for a port, a taken usual one is no reason to fail: any free one will do. */
async function freePort({ listen }: Settings): Promise<{ readonly PORT?: string }> {
  if (listen.isSet || (await isFree(listen))) return {};
  return { PORT: '0' };
}

function isFree({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}
