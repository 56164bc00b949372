import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Context } from './application/context.ts';
import type { Log } from './application/ports.ts';
import type { Begun } from './begin.ts';
import { bootstrapKeys, findSecret } from './bootstrap.ts';
import type { Config } from './config.ts';
import { UNIALL_PREFIXES } from './dialects/uniall/routes.ts';
import type { Deliverer } from './engine/deliver-callbacks.ts';
import type { Engine } from './engine/engine.ts';
import { adminRoutes } from './http/admin/routes.ts';
import { contentRoutes } from './http/content.ts';
import { fileRoutes } from './http/files.ts';
import { healthRoutes } from './http/health.ts';
import { inputLinkRoutes } from './http/input-links.ts';
import { hmacLinks } from './http/links.ts';
import { modelRoutes } from './http/models.ts';
import { openApiRoutes } from './http/openapi.ts';
import { buildServer } from './http/server.ts';
import { listen } from './listen.ts';
import { parseByteRange } from './media/byte-range.ts';
import { type DiskStorage, openDiskStorage } from './media/disk-storage.ts';
import { createGuardedFetcher } from './media/guarded-fetch.ts';
import { callbackProblem } from './media/post-callback.ts';
import { mountDialects } from './mount-dialects.ts';
import { openAdmin } from './open-admin.ts';
import { startCallbacks } from './open-callbacks.ts';
import type { OpenedDatabase } from './open-database.ts';
import { openFiles } from './open-files.ts';
import { type Inputs, openInputs } from './open-inputs.ts';
import { openOverrides } from './open-overrides.ts';
import { openSandbox, type Sandbox, sandboxChannels } from './open-sandbox.ts';
import { describeApi } from './openapi.ts';
import { accountStates } from './postgres/account-states.ts';
import { keepAnnouncing } from './postgres/announcements.ts';
import { channelsOf, configureChannels, type WantedChannel } from './postgres/channels.ts';
import { engineFigures } from './postgres/figures.ts';
import { generationStore } from './postgres/generations.ts';
import { type Installation, openInstallation } from './postgres/installation.ts';
import { keysOf } from './postgres/keys.ts';
import { rememberingLastSeen } from './postgres/last-seen.ts';
import { migrate } from './postgres/migrate.ts';
import { openNotifications } from './postgres/notifications.ts';
import { patiently } from './postgres/patience.ts';
import { rateLimitsOf } from './postgres/rate-limits.ts';
import { prepareEngine } from './prepare-engine.ts';

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  readonly sandbox: Sandbox;
  /** Names of live channels: what spends the operator's money. */
  readonly liveChannels: readonly string[];
  /** Stops taking, finishes or hands back, and is gone within ten seconds. */
  close(): Promise<void>;
}

const DRAIN_SECONDS = 5;
const STATUS_WAIT_SECONDS = 10;
const READY_WAIT_SECONDS = 2;

/** Starts what `begin` left to do and answers when it serves. What was opened is closed again when a later part fails. */
export async function startGateway(config: Config, { live, logger, opening }: Begun): Promise<Gateway> {
  // Makes a key pair at the first start: beside the database, which takes longer.
  const stands = sandboxChannels(config.dataFolder);
  stands.catch(() => {});
  const opened = await opening;
  const closers: (() => Promise<void>)[] = [() => opened.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse())
      await close().catch((error: unknown) => logger.error({ error }, 'gateway.close_failed'));
  };
  try {
    return await open(config, { logger, opened, live, stands, closers, closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Opening {
  readonly logger: Logger;
  readonly opened: OpenedDatabase;
  readonly live: readonly WantedChannel[];
  /** The sandbox's channels. */
  readonly stands: Promise<readonly WantedChannel[]>;
  /** What is closed at the end, last first. */
  readonly closers: (() => Promise<void>)[];
  readonly closeAll: () => Promise<void>;
}

async function open(config: Config, { logger, opened, live, stands, closers, closeAll }: Opening): Promise<Gateway> {
  const { database } = opened;
  await migrate(database);
  const installation = await openInstallation(database, await findSecret(config));
  const storage = await openDiskStorage({ folder: config.storageFolder, marker: installation.storageMarker });
  await bootstrapKeys(config, database);
  const fetcher = createGuardedFetcher({ allow: config.fetchAllow });
  const inputs = openInputs(config, { database, installation, storage, fetcher });
  const sandbox = await openSandbox({
    dataFolder: config.dataFolder,
    database,
    linkSecret: installation.linkSecret,
    fetcher,
    ownPath: inputs.ownPath,
    converter: inputs.converter,
    speed: config.sandboxSpeed,
    log: logger,
  });
  closers.push(
    () => fetcher.close(),
    () => inputs.close(),
    () => sandbox.close(),
  );
  const gateway = randomUUID();
  const wanted = [...live, ...(await stands)];
  const channelIds = await configureChannels(database, { vault: installation.vault, gateway, wanted });
  closers.push(keepAnnouncing(database, { gateway, channelIds }, { log: logOf(logger) }));
  const { app, start } = await openParts(config, {
    logger,
    opened,
    installation,
    storage,
    fetcher,
    inputs,
    sandbox,
    closers,
  });
  const url = await listen(app, config);
  // Only now: a start that fails until here has taken no work.
  const { engine, callbacks } = start();
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
      const drained = [engine.stop(DRAIN_SECONDS), callbacks.stop(DRAIN_SECONDS), closeWithin(app, DRAIN_SECONDS)];
      await Promise.all([notifications.close(), ...drained]);
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
  readonly inputs: Inputs;
  readonly sandbox: Sandbox;
  readonly closers: (() => Promise<void>)[];
}

/** What works without being asked. */
interface Running {
  readonly engine: Engine;
  readonly callbacks: Deliverer;
}

async function openParts(
  config: Config,
  parts: Parts,
): Promise<{ readonly app: FastifyInstance; readonly start: () => Running }> {
  const { storage } = parts;
  const { database } = parts.opened;
  const log = logOf(parts.logger);
  const { media, links } = parts.inputs;
  const engine = prepareEngine(config, { ...parts, database }, { media, log });
  const generations = rememberingLastSeen(generationStore(database, parts.installation.vault), {
    waitSeconds: STATUS_WAIT_SECONDS,
    onFailure: (error) => log.warn('generation.read_failed', { error }),
  });
  const files = openFiles(config, { database, storage, media, log });
  const overrides = await openOverrides(database, { file: config.overrides, log });
  parts.closers.push(() => overrides.close());
  const ctx: Context = {
    catalogue: overrides.catalogue,
    generations,
    rateLimits: rateLimitsOf(database, Date.now),
    underWay: new Map(),
    channels: channelsOf(database, Date.now),
    media,
    files: files.files,
    cancelling: engine.cancelling,
    callbackProblem: (address) => callbackProblem(address, config.fetchAllow),
    log,
    pricing: overrides.pricing,
    freeBytesMark: config.freeBytesMark,
    publicUrl: config.publicUrl,
  };
  const keys = keysOf(database, Date.now);
  const dialects = mountDialects({
    ctx,
    keys,
    links,
    accepted: () => engine.wake(),
    accounts: accountStates(database),
  });
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
      modelRoutes({ ...ctx, keys }),
      fileRoutes({ ctx: files, keys, files: storage, parseRange: parseByteRange }),
      contentRoutes({
        generations,
        keys,
        links,
        files: storage,
        parseRange: parseByteRange,
        prefixes: UNIALL_PREFIXES,
      }),
      inputLinkRoutes({ links, inputs: parts.inputs.rows, files: storage, parseRange: parseByteRange }),
      adminRoutes({ ...openAdmin({ ...ctx, database, overrides, vault: parts.installation.vault }), keys }),
      ...dialects.plugins,
    ],
  });
  const start = (): Running => {
    parts.closers.push(files.startSweep());
    const { vault, linkSecret } = parts.installation;
    const linksAt = (unixSeconds: number) => hmacLinks(linkSecret, () => unixSeconds);
    const callbacks = startCallbacks({ database, vault, generations, fetcher: parts.fetcher, linksAt, log });
    return { engine: engine.start(), callbacks };
  };
  return { app, start };
}

async function databaseTrouble(database: OpenedDatabase['database']): Promise<readonly string[]> {
  try {
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
