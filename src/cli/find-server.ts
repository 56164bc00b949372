import { noServer } from './cli-error.ts';
import type { Settings } from './settings.ts';

export interface FoundServer {
  readonly url: string;
  /** Known of a server of this data folder. */
  readonly pid?: number;
}

const PROBE_MILLISECONDS = 3000;

/**
 * The server that commands speak to: ONEREEL_URL alone where it is set (throws when nothing answers there), else the
 * one at HOST and PORT of the environment, else the one that recorded itself in the data folder.
 */
export async function findServer(settings: Settings): Promise<FoundServer | undefined> {
  const { serverUrl, listen } = settings;
  if (serverUrl !== undefined) {
    if (await isOnereel(serverUrl)) return { url: serverUrl };
    throw noServer(`No Onereel server answers at ${serverUrl} (ONEREEL_URL). Start it, or unset ONEREEL_URL.`);
  }
  if (listen.isSet && listen.port !== 0) {
    const url = addressOf(listen);
    if (await isOnereel(url)) return { url };
  }
  const recorded = await settings.findRecorded();
  return recorded && (await isOnereel(recorded.url)) ? recorded : undefined;
}

/** An address to reach what listens there: a server on all addresses is asked on loopback. */
export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

/** Anything may listen on a port; a gateway says so without a key. */
export async function isOnereel(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/healthz`, {
      signal: AbortSignal.timeout(PROBE_MILLISECONDS),
    });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'status' in body && body.status === 'ok';
  } catch {
    return false;
  }
}
