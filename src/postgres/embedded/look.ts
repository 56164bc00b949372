import { realpath } from 'node:fs/promises';
import { markOf, siteOf } from './acquire.ts';
import { clusterExists, ownerRole, readPassword } from './cluster.ts';
import type { Connection } from './membership.ts';
import { findServer } from './server.ts';
import { socketPort } from './socket-folder.ts';

/** What of the embedded server is there. `busy`: it is starting, recovering or being stopped. */
export type EmbeddedState =
  | { readonly state: 'unmade' | 'stopped' | 'busy' }
  | { readonly state: 'running'; readonly pid: number; readonly connection: Connection };

/**
 * Looks at the embedded server of an existing data folder: starts nothing, stops nothing, and is no member of it. Throws
 * EmbeddedPostgresUnavailable where the cluster cannot be used.
 */
export async function lookAtEmbedded(dataFolder: string): Promise<EmbeddedState> {
  const site = siteOf(await realpath(dataFolder));
  if (!(await clusterExists(site.cluster))) return { state: 'unmade' };
  const found = await findServer(await markOf(site));
  if (found.state !== 'running') return { state: 'stopped' };
  if (found.status !== 'ready') return { state: 'busy' };
  const password = await readPassword(site.cluster);
  const connection = { host: found.socketFolder, port: socketPort, user: ownerRole, password, database: 'onereel' };
  return { state: 'running', pid: found.pid, connection };
}
