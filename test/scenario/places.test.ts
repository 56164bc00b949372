import { spawnSync } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { clusterPids } from '../harness/cluster-pids.ts';
import { freePort, type Typed, typed } from '../harness/npm-start.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** Places matter to the embedded server; another one is somewhere else. */
const embedded = (process.env['DATABASE_URL'] ?? '') === '';
/** A user that owns nothing of the checkout. */
const NOBODY = 65_534;
/** As root in a checkout that others cannot enter, no other user could run it at all. */
const othersReachUs =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['-v'], { uid: NOBODY, gid: NOBODY }).status === 0;

const folders: string[] = [];
const running: Typed[] = [];
afterEach(async () => {
  for (const { child, exit } of running.splice(0)) {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await exit();
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** 0700, as mktemp -d makes it. */
async function newFolder(owner?: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-place-'));
  folders.push(folder);
  if (owner !== undefined) await chown(folder, owner, owner);
  return folder;
}

interface Place {
  readonly dataFolder: string;
  readonly uid?: number;
}

const keys = { admin: '', live: '', test: 'sk-test-0123456789abcdef01234567' };

/** Starts there, makes a generation, reads those of earlier starts, stops. Answers the generation's id. */
async function serve({ dataFolder, uid }: Place, earlier: readonly string[] = []): Promise<string> {
  const port = await freePort();
  const env = { PORT: String(port), ONEREEL_TEST_KEY: keys.test };
  const gateway = await typed(['sh', 'scripts/run.sh', 'src/main.ts'], {
    dataFolder,
    env,
    ...(uid !== undefined && { uid }),
  });
  running.push(gateway);
  await gateway.until('for video_url.');
  const { create, get } = api({ url: `http://127.0.0.1:${port}`, keys });
  const { status, body } = await create({ model: 'viduq3t-540p', prompt: 'a fox', duration: 1 });
  expect(status).toBe(200);
  for (const id of [...earlier, body.id]) expect((await get(id)).status).toBe(200);
  gateway.child.kill('SIGTERM');
  expect(await gateway.exit(), gateway.output()).toBe(0);
  expect(await clusterPids(dataFolder)).toEqual([]);
  return body.id;
}

// Every folder here is 0700, so that as root the database's own user cannot even reach it.
test.runIf(embedded)('a data folder with a path of 150 characters serves', async () => {
  const folder = await newFolder();
  const dataFolder = join(folder, 'a'.repeat(150 - folder.length - 1));
  await serve({ dataFolder }, [await serve({ dataFolder })]);
});

test.runIf(embedded)('a data folder with blanks and quotes in its path serves', async () => {
  await serve({ dataFolder: join(await newFolder(), `it's "mine" $HOME`) });
});

test.runIf(embedded && othersReachUs)(
  'another user than the owner of the checkout serves, and is not locked out by a start as root',
  async () => {
    const dataFolder = join(await newFolder(NOBODY), 'data');
    const theirs = await serve({ dataFolder, uid: NOBODY });
    const roots = await serve({ dataFolder }, [theirs]);
    await serve({ dataFolder, uid: NOBODY }, [theirs, roots]);
  },
);
