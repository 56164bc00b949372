import { realpath } from 'node:fs/promises';
import { markOf, siteOf } from '../../src/postgres/embedded/acquire.ts';
import { clusterProcesses } from '../../src/postgres/embedded/process.ts';

/** The processes of a data folder's embedded server. */
export async function clusterPids(dataFolder: string): Promise<number[]> {
  return clusterProcesses(await markOf(siteOf(await realpath(dataFolder))));
}
