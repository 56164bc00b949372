import { join } from 'node:path';
import type { Logger } from 'pino';
import { makeDataFolder } from './bootstrap.ts';
import type { Config } from './config.ts';
import { refuseTakenPlace } from './listen.ts';
import { type OpenedDatabase, openConfiguredDatabase } from './open-database.ts';
import { openLog } from './open-log.ts';
import type { WantedChannel } from './postgres/channels.ts';

/** A start that refused nothing so far, its database on the way. */
export interface Begun {
  readonly live: readonly WantedChannel[];
  readonly logger: Logger;
  readonly opening: Promise<OpenedDatabase>;
}

/**
 * What comes before the gateway itself: what can be refused without a database is refused, then the database is begun.
 * Ends when PostgreSQL is at work: making a cluster takes a second of a core, and this process loads the rest of its
 * code meanwhile, which blocks it for half as long. So this file and what it imports are few.
 */
export async function begin(config: Config): Promise<Begun> {
  const live = await liveChannels(config);
  await refuseFileOverrides(config);
  await refuseTakenPlace(config);
  await makeDataFolder(config.dataFolder);
  const logger = openLog(join(config.dataFolder, 'onereel.log'));
  const { promise: waiting, resolve: onWait } = Promise.withResolvers<void>();
  const opening = openConfiguredDatabase(config, { log: logger, onWait });
  // Whoever waits for it hears why it failed; it may fail before anyone does.
  await Promise.race([waiting, opening.catch(() => {})]);
  return { live, logger, opening };
}

async function liveChannels({ channels }: Config): Promise<readonly WantedChannel[]> {
  if (channels.length === 0) return [];
  const { liveChannel } = await import('./live-channel.ts');
  return channels.map(liveChannel);
}

async function refuseFileOverrides({ overrides }: Config): Promise<void> {
  if (overrides.length === 0) return;
  const { refuseOverrides } = await import('./file-overrides.ts');
  refuseOverrides(overrides);
}
