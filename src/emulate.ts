import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from './emulators/kit/memory-store.ts';
import { createEmulatorServer } from './emulators/sandbox.ts';
import { createGuardedFetcher } from './media/guarded-fetch.ts';
import { probeFile } from './media/probe.ts';
import { fetchInto, postWith } from './open-sandbox.ts';
import { openStudio } from './studio/studio.ts';

/** Serves the emulated vendors with their control API on 127.0.0.1, state in memory, until a signal. */
export async function emulate(options: {
  readonly port: string;
  readonly speed: string;
  readonly stock?: boolean;
}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-emulate-'));
  const allow = (process.env['ONEREEL_FETCH_ALLOW'] ?? '').split(',').filter(Boolean);
  const fetcher = createGuardedFetcher({ allow });
  const studio = openStudio({ cacheFolder: join(folder, 'rendered') });
  const token = process.env['ONEREEL_EMULATE_TOKEN'] ?? randomBytes(18).toString('base64url');
  const server = await createEmulatorServer({
    store: createMemoryStore(Date.now),
    studio,
    fetchMedia: fetchInto(fetcher, folder, async () => undefined),
    postCallback: postWith(fetcher),
    probeMedia: probeFile,
    folder: join(folder, 'inputs'),
    linkSecret: randomBytes(32).toString('hex'),
    speed: Number(options.speed),
    chance: Math.random,
    realNow: Date.now,
    log: () => {},
    stock: options.stock ?? false,
    control: { token },
  });
  const stop = async (): Promise<void> => {
    await studio.close();
    await server.close();
    await fetcher.close();
    await rm(folder, { recursive: true, force: true });
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await server.listen({ host: '127.0.0.1', port: Number(options.port) });
  const { port } = server.server.address() as AddressInfo; // a TCP server that listens has a port
  process.stdout.write(
    `Emulated vendors at http://127.0.0.1:${port} (/vidu, /ark, /vertex)\nControl API at /control with "Authorization: Bearer ${token}"\n`,
  );
}
