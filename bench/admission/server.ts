import pino from 'pino';
import type { Context } from '../../src/application/context.ts';
import type { GenerationStore } from '../../src/application/ports.ts';
import { buildCatalogue } from '../../src/catalog/catalogue.ts';
import { PUBLIC_MODELS } from '../../src/catalog/public-models.ts';
import { uniallRoutes } from '../../src/dialects/uniall/routes.ts';
import { buildServer } from '../../src/http/server.ts';
import { channelsOf } from '../../src/postgres/channels.ts';
import { type Database, openDatabase } from '../../src/postgres/database.ts';
import { generationStore } from '../../src/postgres/generations.ts';
import { openInstallation } from '../../src/postgres/installation.ts';
import { keysOf } from '../../src/postgres/keys.ts';
import { rateLimitsOf } from '../../src/postgres/rate-limits.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { bareStore } from './bare-store.ts';
import { SECRET } from './setting.ts';

/**
 * The API without the engine, as a process: `server.ts STORE ADDRESS`. STORE is `admission`, what Onereel does, or `bare`:
 * the same server and the same grouping, with one durable insert of the request and nothing else. Prints its URL.
 */
const [, , store, address] = process.argv;
const database = openDatabase(JSON.parse(address ?? ''), { max: 8, onError: () => {} });
const log = { info: () => {}, warn: () => {}, error: console.error };

const notHere = async (): Promise<never> => {
  throw new Error('not part of the benchmark');
};

async function contextFor(on: Database): Promise<Context> {
  const { vault } = await openInstallation(on, SECRET);
  const real: GenerationStore = generationStore(on, vault);
  return {
    catalogue: buildCatalogue(PUBLIC_MODELS, PROVIDERS),
    generations: store === 'bare' ? bareStore(on, real) : real,
    rateLimits: rateLimitsOf(on, Date.now),
    underWay: new Map(),
    channels: channelsOf(on, Date.now),
    media: {
      keepInput: notHere,
      look: notHere,
      measure: notHere,
      convertImage: notHere,
      readBase64: notHere,
      keepOutput: notHere,
      dropPartials: notHere,
      probe: notHere,
      remove: notHere,
      freeBytes: async () => 1e12,
    },
    files: { find: notHere, read: notHere },
    cancelling: {
      upstream: { exchange: notHere, download: notHere },
      providers: new Map(),
      wish: notHere,
      observe: notHere,
      pause: notHere,
      seconds: () => 0,
    },
    callbackProblem: () => undefined,
    log,
    pricing: { rate: () => undefined, own: () => undefined },
    freeBytesMark: 1,
    publicUrl: undefined,
  };
}

const ctx = await contextFor(database);
const links = {
  sign: () => ({ url: '', expiresAt: 0 }),
  signInput: () => '',
  verify: () => 'forged' as const,
  verifyInput: () => 'forged' as const,
};
const app = await buildServer({
  logger: pino({ level: 'silent' }),
  trustProxy: undefined,
  plugins: [uniallRoutes({ ctx, keys: keysOf(database, Date.now), links, accepted: () => {} })],
});
console.info(await app.listen({ port: 0, host: '127.0.0.1' }));
process.on('SIGTERM', () => process.exit(0));
