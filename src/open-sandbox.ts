import { createHmac, generateKeyPair, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import { createEmulatorServer } from './emulators/sandbox.ts';
import type { ImageConverter } from './media/convert/converter.ts';
import type { GuardedFetcher } from './media/guarded-fetch.ts';
import { probeFile } from './media/probe.ts';
import type { WantedChannel } from './postgres/channels.ts';
import type { Database } from './postgres/database.ts';
import { sandboxStore } from './postgres/sandbox-store.ts';
import { readIfThere, writePrivateOnce } from './private-file.ts';
import { withMorePictures } from './sandbox-pictures.ts';
import { openStudio, type Studio } from './studio/studio.ts';

export interface Sandbox {
  /** Base address of the emulators of this process, on loopback. */
  readonly origin: string;
  /** `host:port`, the one private address that fetches of sandbox outputs may reach. */
  readonly hostPort: string;
  readonly studio: Studio;
  /** Gets the renderer ready ahead of the first video; after the start, because it takes seconds of both cores. */
  warm(): void;
  close(): Promise<void>;
}

export interface SandboxOptions {
  readonly dataFolder: string;
  readonly database: Database;
  readonly linkSecret: Buffer;
  readonly fetcher: GuardedFetcher;
  /** The local file behind a signed link of ours, so that emulators need no way around the guard. */
  readonly ownPath: (url: string) => Promise<string | undefined>;
  readonly converter: ImageConverter;
  readonly speed: number;
  readonly log: FastifyBaseLogger;
}

/** A faster sandbox serves tests, and most of them render nothing. */
const MOST_WARM_SPEED = 2;

/** Fetches an input for an emulator: guarded like everything that strangers name. */
export const fetchInto =
  (fetcher: GuardedFetcher, folder: string, ownPath: SandboxOptions['ownPath']) =>
  async (url: string, { maxBytes }: { readonly maxBytes: number }) => {
    const own = await ownPath(url);
    const path = join(folder, randomUUID());
    try {
      if (own !== undefined) await copyFile(own, path);
      else await pipeline((await fetcher.fetch(url, { maxBytes, timeoutSeconds: 60 })).body, createWriteStream(path));
      return { path, facts: await probeFile(path) };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  };

/** Calls back for an emulator, guarded as well. */
export const postWith =
  (fetcher: GuardedFetcher) =>
  async (url: string, call: { readonly headers: Readonly<Record<string, string>>; readonly body: string }) => {
    const response = await fetcher.fetch(url, {
      method: 'POST',
      headers: { ...call.headers, 'content-type': 'application/json' },
      body: Buffer.from(call.body),
      maxRedirects: 0,
      timeoutSeconds: 10,
      maxBytes: 1024 * 1024,
      acceptStatus: () => true,
    });
    // Read to its end, because the connection is open until then.
    for await (const _ of response.body);
    return response.status;
  };

/** The vendors' stand-ins for test keys: in this process, their state in the database, never reachable by live keys. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const folder = join(options.dataFolder, 'sandbox');
  const fetched = join(folder, 'fetched');
  await mkdir(fetched, { recursive: true });
  const log = (event: string, fields: Readonly<Record<string, unknown>>) => options.log.info(fields, event);
  const studio = withMorePictures(openStudio({ cacheFolder: join(folder, 'rendered'), log }), options.converter);
  const server = await createEmulatorServer({
    store: sandboxStore(options.database),
    studio,
    fetchMedia: fetchInto(options.fetcher, fetched, options.ownPath),
    postCallback: postWith(options.fetcher),
    probeMedia: probeFile,
    folder: join(folder, 'inputs'),
    linkSecret: createHmac('sha256', options.linkSecret).update('sandbox').digest('hex'),
    speed: options.speed,
    chance: Math.random,
    realNow: Date.now,
    log,
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo; // a TCP server that listens has a port
  return {
    origin: `http://127.0.0.1:${port}`,
    hostPort: `127.0.0.1:${port}`,
    studio,
    warm: () => {
      if (options.speed <= MOST_WARM_SPEED) studio.warm();
    },
    close: async () => {
      await studio.close();
      await server.close();
    },
  };
}

/** Work that a sandbox vendor may have at once: its own queue does the rest. */
const SANDBOX_CONCURRENCY = 512;

/** The channels that test keys reach: the first route of every public model, at the emulators. */
export async function sandboxChannels(dataFolder: string): Promise<readonly WantedChannel[]> {
  const channel = (provider: string, path: string, credentials: WantedChannel['credentials']): WantedChannel => ({
    name: `sandbox-${provider}`,
    provider,
    livemode: false,
    origins: { '*': `sandbox:/${path}` },
    settings: {},
    concurrency: SANDBOX_CONCURRENCY,
    credentials,
  });
  return [
    channel('vidu', 'vidu', { apiKey: 'vda_sandbox' }),
    channel('vidu-cn', 'vidu', { apiKey: 'vda_sandbox_cn' }),
    channel('byteplus', 'ark', { apiKey: 'sandbox-byteplus' }),
    channel('ark', 'ark', { apiKey: 'sandbox-ark' }),
    channel('vertex', 'vertex', await sandboxServiceAccount(dataFolder)),
  ];
}

/** A service account that only the emulator knows; made once, so that restarts do not make new credential versions. */
async function sandboxServiceAccount(dataFolder: string): Promise<WantedChannel['credentials']> {
  const path = join(dataFolder, 'sandbox', 'service-account.json');
  const kept = await readIfThere(path);
  if (kept !== undefined) return JSON.parse(kept);
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const account = {
    type: 'service_account',
    project_id: 'onereel-sandbox',
    client_email: 'sandbox@onereel-sandbox.iam.gserviceaccount.com',
    private_key_id: 'sandbox',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    token_uri: 'https://oauth2.googleapis.com/token',
  };
  await mkdir(join(dataFolder, 'sandbox'), { recursive: true });
  return JSON.parse(await writePrivateOnce(path, JSON.stringify(account)));
}
