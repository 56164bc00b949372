import type { OverrideStore } from './application/admin/override.ts';
import type { Context } from './application/context.ts';
import { newKey } from './bootstrap.ts';
import type { AdminParts } from './http/admin/admin-parts.ts';
import type { Overrides } from './open-overrides.ts';
import { auditLog } from './postgres/admin/audit.ts';
import { channelStore } from './postgres/admin/channels.ts';
import { reportStore } from './postgres/admin/generation-reports.ts';
import { keyStore } from './postgres/admin/keys.ts';
import { ledgerLines } from './postgres/admin/ledger-lines.ts';
import { overrideStore } from './postgres/admin/overrides.ts';
import { projectStore } from './postgres/admin/projects.ts';
import type { Database } from './postgres/database.ts';
import type { Vault } from './postgres/installation.ts';
import { PROVIDERS } from './providers/registry.ts';

interface Room extends Pick<Context, 'catalogue' | 'cancelling'> {
  readonly database: Database;
  readonly vault: Vault;
  readonly overrides: Overrides;
}

/** What the admin API works with. */
export const openAdmin = ({ database, vault, overrides, catalogue, cancelling }: Room): AdminParts => ({
  projects: projectStore(database),
  apiKeys: keyStore(database),
  channels: channelStore(database, vault),
  overrides: countingAtOnce(overrideStore(database), overrides),
  reports: reportStore(database),
  ledger: ledgerLines(database),
  auditLog: auditLog(database),
  checkOverride: (wish) => overrides.check(wish),
  providers: cancelling.providers,
  upstream: cancelling.upstream,
  now: () => new Date(),
  newKey,
  // Vendors' own names may be called too.
  modelNames: () => [...catalogue.models, ...PROVIDERS.flatMap(({ models }) => models)].map(({ id }) => id),
});

/** What was set here counts here when the answer is read. That it was set is not denied because it could not be read yet. */
const countingAtOnce = (store: OverrideStore, { refresh }: Pick<Overrides, 'refresh'>): OverrideStore => ({
  ...store,
  set: async (wish, change) => {
    const set = await store.set(wish, change);
    await refresh().catch(() => {});
    return set;
  },
});
