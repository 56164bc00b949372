import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Context } from './application/context.ts';
import type { Cancelling, Log } from './application/ports.ts';
import type { Begun } from './begin.ts';
import { bootstrapKeys, findSecret } from './bootstrap.ts';
import { buildCatalogue } from './catalog/catalogue.ts';
import { PUBLIC_MODELS } from './catalog/public-models.ts';
import type { Config } from './config.ts';
import { UNIALL_PREFIXES } from './dialects/uniall/routes.ts';
import { type Engine, startEngine } from './engine/engine.ts';
import { lastingEvidence } from './engine/lasting-evidence.ts';
import { contentRoutes } from './http/content.ts';
import { healthRoutes } from './http/health.ts';
import { hmacLinks } from './http/links.ts';
import { modelRoutes } from './http/models.ts';
import { openApiRoutes } from './http/openapi.ts';
import { buildServer } from './http/server.ts';
import { listen, refuseTakenPlace } from './listen.ts';
import { liveChannel } from './live-channel.ts';
import { parseByteRange } from './media/byte-range.ts';
import { type DiskStorage, openDiskStorage } from './media/disk-storage.ts';
import { createGuardedFetcher } from './media/guarded-fetch.ts';
import { MOST_OUTPUT_BYTES } from './media/keep-output.ts';
import { openMedia } from './media/media.ts';
import { type OpenedDatabase, openConfiguredDatabase } from './open-database.ts';
import { openLog } from './open-log.ts';
import { openSandbox, type Sandbox, sandboxChannels } from './open-sandbox.ts';
import { mountDialects } from './mount-dialects.ts';
import { describeApi } from './openapi.ts';
import { accountStates } from './postgres/account-states.ts';
import { channelsOf, configureChannels, type WantedChannel } from './postgres/channels.ts';
import { engineFigures } from './postgres/figures.ts';
import { generationStore } from './postgres/generations.ts';
import { inputRows } from './postgres/inputs.ts';
import { type Installation, openInstallation } from './postgres/installation.ts';
import { keysOf } from './postgres/keys.ts';
import { rememberingLastSeen } from './postgres/last-seen.ts';
import { wishCancel } from './postgres/work/cancel.ts';
import { migrate } from './postgres/migrate.ts';
import { openNotifications } from './postgres/notifications.ts';
import { patiently } from './postgres/patience.ts';
import { workStore } from './postgres/work/work-store.ts';
import { PROVIDERS } from './providers/registry.ts';
import { openUpstream } from './upstream/upstream.ts';

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  readonly sandbox: Sandbox;
  /** Names of live channels: what spends the operator's money. */
  readonly liveChannels: readonly string[];
  /** Stops taking, finishes or hands back, and is gone within ten seconds. */
  close(): Promise<void>;
}

const LEASE_SECONDS = 10;
const STEPS_AT_ONCE = 64;
const DRAIN_SECONDS = 5;
const STATUS_WAIT_SECONDS = 10;
const READY_WAIT_SECONDS = 2;
/** Longer than the embedded server's recovery from a crash. */
const EVIDENCE_SECONDS = 300;

/** Starts everything and answers when it serves. What was opened is closed again when a later part fails. */
export async function startGateway(config: Config): Promise<Gateway> {
  const live = config.channels.map(liveChannel);
  await refuseTakenPlace(config);
  await makeDataFolder(config.dataFolder);
  const logger = openLog(join(config.dataFolder, 'onereel.log'));
  const opened = await openConfiguredDatabase(config, logger);
  const closers: (() => Promise<void>)[] = [() => opened.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse())
      await close().catch((error: unknown) => logger.error({ error }, 'gateway.close_failed'));
  };
  try {
    return await open(config, { logger, opened, live, closers, closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Opening {
  readonly logger: Logger;
  readonly opened: OpenedDatabase;
  readonly live: readonly WantedChannel[];
  /** What is closed at the end, last first. */
  readonly closers: (() => Promise<void>)[];
  readonly closeAll: () => Promise<void>;
}

async function open(config: Config, { logger, opened, live, closers, closeAll }: Opening): Promise<Gateway> {
  const { database } = opened;
  await migrate(database);
  const installation = await openInstallation(database, await findSecret(config));
  const storage = await openDiskStorage({ folder: config.storageFolder, marker: installation.storageMarker });
  await bootstrapKeys(config, database);
  const fetcher = createGuardedFetcher({ allow: config.fetchAllow });
  const sandbox = await openSandbox({
    dataFolder: config.dataFolder,
    database,
    linkSecret: installation.linkSecret,
    fetcher,
    speed: config.sandboxSpeed,
    log: logger,
  });
  closers.push(
    () => fetcher.close(),
    () => sandbox.close(),
  );
  await configureChannels(database, installation.vault, [...live, ...(await sandboxChannels(config.dataFolder))]);
  const { app, start } = await openParts(config, { logger, opened, installation, storage, fetcher, sandbox, closers });
  const url = await listen(app, config);
  // Only now: a start that fails until here has taken no work.
  const engine = start();
  const stopWatching = watchDatabase(opened, engine, logger);
  const notifications = openNotifications({ ...opened, log: logOf(logger), onHint: () => engine.wake() });
  sandbox.warm();
  logger.info({ url, live: live.map(({ name }) => name) }, 'gateway.started');
  return {
    url,
    sandbox,
    liveChannels: live.map(({ name }) => name),
    close: async () => {
      stopWatching();
      await Promise.all([notifications.close(), engine.stop(DRAIN_SECONDS), closeWithin(app, DRAIN_SECONDS)]);
      await closeAll();
      logger.info('gateway.stopped');
    },
  };
}

interface Parts {
  readonly logger: Logger;
  readonly opened: OpenedDatabase;
  readonly installation: Installation;
  readonly storage: DiskStorage;
  readonly fetcher: ReturnType<typeof createGuardedFetcher>;
  readonly sandbox: Sandbox;
  readonly closers: (() => Promise<void>)[];
}

async function openParts(
  config: Config,
  parts: Parts,
): Promise<{ readonly app: FastifyInstance; readonly start: () => Engine }> {
  const { installation, storage } = parts;
  const { database } = parts.opened;
  const log = logOf(parts.logger);
  const media = openMedia({ storage, fetcher: parts.fetcher, inputs: inputRows(database) });
  const engine = prepareEngine(config, parts, { media, log });
  const generations = rememberingLastSeen(generationStore(database), {
    waitSeconds: STATUS_WAIT_SECONDS,
    onFailure: (error) => log.warn('generation.read_failed', { error }),
  });
  const ctx: Context = {
    catalogue: buildCatalogue(PUBLIC_MODELS, PROVIDERS),
    generations,
    channels: channelsOf(database),
    media,
    log,
    rates: config.rates,
    cancelling: engine.cancelling,
    freeBytesMark: config.freeBytesMark,
    publicUrl: config.publicUrl,
  };
  const keys = keysOf(database, Date.now);
  const links = hmacLinks(installation.linkSecret, () => Date.now() / 1000);
  const dialects = mountDialects({ ctx, keys, links, accepted: () => engine.wake(), accounts: accountStates(database) });
  const app = await buildServer({
    logger: parts.logger,
    trustProxy: config.trustProxy,
    errorForms: dialects.errorForms,
    plugins: [
      healthRoutes({
        unready: async () => [...(await databaseTrouble(database)), ...(engine.healthy ? [] : ['engine'])],
        figures: () => engineFigures(database),
      }),
      openApiRoutes(describeApi),
      modelRoutes({ catalogue: ctx.catalogue, keys }),
      contentRoutes({
        generations,
        keys,
        links,
        files: storage,
        parseRange: parseByteRange,
        prefixes: UNIALL_PREFIXES,
      }),
      ...dialects.plugins,
    ],
  });
  return { app, start: () => engine.start() };
}

/** The engine, which begins later than the server that speaks of it. */
function prepareEngine(
  config: Config,
  { opened, installation, storage, fetcher, sandbox, closers }: Parts,
  { media, log }: Pick<Context, 'media' | 'log'>,
): Omit<Engine, 'stop'> & { readonly cancelling: Cancelling; start(): Engine } {
  const sandboxFetcher = createGuardedFetcher({ allow: [...config.fetchAllow, sandbox.hostPort] });
  const upstream = openUpstream({
    spoolFolder: storage.spoolFolder,
    fetchGuarded: (url, { livemode, headers, accepts }) =>
      (livemode ? fetcher : sandboxFetcher).fetch(url, {
        headers,
        acceptStatus: accepts,
        timeoutSeconds: 1800,
        maxBytes: MOST_OUTPUT_BYTES,
      }),
    sandbox: () => sandbox.origin,
    now: () => new Date(),
  });
  closers.push(
    () => sandboxFetcher.close(),
    () => upstream.close(),
  );
  const work = lastingEvidence(workStore(opened.database, installation), { seconds: EVIDENCE_SECONDS });
  const providers = new Map(PROVIDERS.map((provider) => [provider.id, provider]));
  let engine: Engine | undefined;
  return {
    start: () => {
  const cancelling: Cancelling = {
    upstream,
    providers,
    wish: (scope, id) => wishCancel(opened.database, installation, { scope, id }),
    observe: async (attemptId, evidence) => {
      await work.observe({ attemptId, number: NOBODY }, evidence);
      engine?.wake();
    },
    pause: (seconds) => sleep(seconds * 1000),
    seconds: () => performance.now() / 1000,
  };
      engine = startEngine(
    cancelling,
        { work, upstream, media, providers, log, sandboxSpeed: config.sandboxSpeed },
        { owner: `${hostname()}:${process.pid}`, concurrency: STEPS_AT_ONCE, leaseSeconds: LEASE_SECONDS },
      );
      return engine;
    },
    wake: () => engine?.wake(),
    get healthy() {
      return engine?.healthy ?? true;
    },
  };
}

async function databaseTrouble(database: OpenedDatabase['database']): Promise<readonly string[]> {
  try {
/** Whoever holds the attempt is told: this is no claim's number. */
const NOBODY = -1n;
    await patiently(READY_WAIT_SECONDS, () => database.query({ text: 'select 1' }));
    return [];
  } catch {
    return ['database'];
  }
}

/** The embedded server is brought back when it died under us. */
function watchDatabase({ embedded }: OpenedDatabase, engine: Engine, logger: Logger): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (engine.healthy || busy || !embedded) return;
    busy = true;
    embedded
      .ensureRunning()
      .catch((error: unknown) => logger.error({ error }, 'database.restart_failed'))
      .finally(() => {
        busy = false;
      });
  }, 1000);
  return () => clearInterval(timer);
}

async function closeWithin(app: FastifyInstance, seconds: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), seconds * 1000);
  await app.close();
  clearTimeout(timer);
}

const logOf = (logger: Logger): Log => ({
  info: (event, fields) => logger.info(fields ?? {}, event),
  warn: (event, fields) => logger.warn(fields ?? {}, event),
  error: (event, fields) => logger.error(fields ?? {}, event),
});
