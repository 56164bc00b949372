import { createServer } from 'node:net';
import { addressOf, isOnereel } from './cli/find-server.ts';
import type { Finding } from './cli/findings.ts';
import type { Config } from './config.ts';
import { findRecordedServer } from './server-record.ts';

const NAME = 'server';
const READY_MILLISECONDS = 5000;

/** The gateway that runs on the data folder; without one, whether the next can listen. */
export async function portFinding({ dataFolder, host, port }: Config): Promise<Finding> {
  const recorded = await findRecordedServer(dataFolder);
  if (recorded) return runningFinding(recorded);
  const code = await whyNotFree({ host, port });
  if (code === undefined) return { name: NAME, state: 'ok', message: `not running; ${host}:${port} is free` };
  if (code !== 'EADDRINUSE')
    return {
      name: NAME,
      state: 'failed',
      message: `nothing can listen on ${host}:${port} (${code})`,
      fix: 'Set HOST to an address of this machine, and PORT to one from 1024 on.',
    };
  const other = await isOnereel(addressOf({ host, port }));
  return {
    name: NAME,
    state: 'failed',
    message: `${host}:${port} is taken by ${other ? 'an Onereel on another data folder' : 'another program'}`,
    fix: 'Stop what listens there, or set PORT to another one.',
  };
}

async function runningFinding({ url, pid }: { readonly url: string; readonly pid: number }): Promise<Finding> {
  const message = `${url}, process ${pid}`;
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_MILLISECONDS) });
    if (response.ok) return { name: NAME, state: 'ok', message: `runs at ${message}` };
    const reason = (await response.text()).slice(0, 200);
    return {
      name: NAME,
      state: 'failed',
      message: `${message}: ${reason}`,
      fix: 'Look into onereel.log in the data folder.',
    };
  } catch {
    return {
      name: NAME,
      state: 'failed',
      message: `${message} does not answer`,
      fix: `Restart it: kill ${pid}, then start it again.`,
    };
  }
}

function whyNotFree(address: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(address, () => server.close(() => resolve(undefined)));
  });
}
