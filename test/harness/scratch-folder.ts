import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchEmbeddedPostgres } from '../../src/postgres/embedded/launch.ts';

/** Where scratch databases are made when DATABASE_URL names no server. */
export const SCRATCH_FOLDER = 'ONEREEL_TEST_SCRATCH';

/** For vitest: says where to, and leaves nothing behind, whatever became of the files' processes. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-scratch-'));
  const dataFolder = join(folder, 'data');
  process.env[SCRATCH_FOLDER] = dataFolder;
  return async () => {
    // Who leaves last stops it: a server that a killed process left running is joined for that.
    if (existsSync(join(dataFolder, 'postgres', 'postmaster.pid')))
      await (await launchEmbeddedPostgres({ dataFolder })).leave();
    await rm(folder, { recursive: true, force: true });
  };
}
