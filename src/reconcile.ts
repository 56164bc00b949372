import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Reconciliation, reconcileChannel } from './application/reconcile-channel.ts';
import { readSecret } from './bootstrap.ts';
import { CliError, EXIT } from './cli/cli-error.ts';
import type { ReconcileWish } from './cli/ledger.ts';
import type { Config } from './config.ts';
import { workStore } from './postgres/attempts/work-store.ts';
import type { Database } from './postgres/database.ts';
import { channelNames, endedAttempts, findChannel } from './postgres/ended-attempts.ts';
import { type Installation, openInstallation, SecretMismatch } from './postgres/installation.ts';
import { PROVIDERS } from './providers/registry.ts';
import { openUpstream } from './upstream/upstream.ts';

const refused = (message: string): CliError => new CliError(EXIT.refused, message, { code: 'refused' });

/** Compares a channel's attempts with what its vendor says of them now. Throws CliError. */
export async function reconcile(
  config: Config,
  database: Database,
  { channel, days, book }: ReconcileWish,
): Promise<Reconciliation> {
  const channelId = await findChannel(database, channel);
  if (channelId === undefined)
    throw refused(`There is no channel ${channel}; there are ${(await channelNames(database)).join(', ') || 'none'}.`);
  const installation = await opened(config, database);
  const spoolFolder = await mkdtemp(join(tmpdir(), 'onereel-reconcile-'));
  const upstream = openUpstream({
    spoolFolder,
    fetchGuarded: () => Promise.reject(new Error('nothing is downloaded here')),
    readAhead: (body) => body,
    sandbox: () => undefined,
    now: () => new Date(),
  });
  try {
    return await reconcileChannel(
      {
        upstream,
        providers: new Map(PROVIDERS.map((provider) => [provider.id, provider])),
        work: workStore(database, installation),
        attempts: (page) => endedAttempts(database, installation, { ...page, channelId, days }),
        pause: (seconds) => sleep(seconds * 1000),
      },
      { channel, book },
    );
  } finally {
    await upstream.close();
    await rm(spoolFolder, { recursive: true, force: true });
  }
}

async function opened(config: Config, database: Database): Promise<Installation> {
  const secret = await readSecret(config);
  if (secret === undefined) throw refused('The secret that opens the vendors’ keys is missing: set ONEREEL_SECRET.');
  try {
    return await openInstallation(database, secret);
  } catch (error) {
    throw error instanceof SecretMismatch ? refused(error.message) : error;
  }
}
