import { newKey } from './bootstrap.ts';
import type { Catalogue } from './domain/catalogue.ts';
import type { AdminParts } from './http/admin/admin-parts.ts';
import { auditLog } from './postgres/admin/audit.ts';
import { keyStore } from './postgres/admin/keys.ts';
import { projectStore } from './postgres/admin/projects.ts';
import type { Database } from './postgres/database.ts';
import { PROVIDERS } from './providers/registry.ts';

interface Room {
  readonly database: Database;
  readonly catalogue: Catalogue;
}

/** What the admin API works with. */
export const openAdmin = ({ database, catalogue }: Room): AdminParts => ({
  projects: projectStore(database),
  apiKeys: keyStore(database),
  auditLog: auditLog(database),
  newKey,
  // Vendors' own names may be called too.
  modelNames: () => [...catalogue.models, ...PROVIDERS.flatMap(({ models }) => models)].map(({ id }) => id),
});
