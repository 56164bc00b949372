import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { clusterPids } from '../harness/cluster-pids.ts';
import { freePort, type Typed, typed } from '../harness/npm-start.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const isRoot = process.getuid?.() === 0;
/** A user that owns nothing of the checkout. */
const NOBODY = 65_534;

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

/** Starts there, makes a generation, stops, and finds it again after another start. */
async function expectServes(place: Place): Promise<void> {
  const made = await once(place, async (url) => {
    const { status, body } = await api({ url, keys }).create({ model: 'viduq3t-540p', prompt: 'a fox', duration: 1 });
    expect(status).toBe(200);
    return body.id;
  });
  await once(place, async (url) => {
    expect((await api({ url, keys }).get(made)).status).toBe(200);
    return '';
  });
}

const keys = { admin: '', live: '', test: 'sk-test-0123456789abcdef01234567' };

async function once({ dataFolder, uid }: Place, work: (url: string) => Promise<string>): Promise<string> {
  const port = await freePort();
  const env = { PORT: String(port), ONEREEL_TEST_KEY: keys.test };
  const gateway = await typed(['sh', 'scripts/run.sh', 'src/main.ts'], {
    dataFolder,
    env,
    ...(uid !== undefined && { uid }),
  });
  running.push(gateway);
  await gateway.until('for video_url.');
  const result = await work(`http://127.0.0.1:${port}`);
  gateway.child.kill('SIGTERM');
  expect(await gateway.exit(), gateway.output()).toBe(0);
  expect(await clusterPids(dataFolder)).toEqual([]);
  return result;
}

// Every folder here is 0700, so that as root the database's own user cannot even reach it.
test('a data folder with a path of 150 characters serves', async () => {
  const folder = await newFolder();
  await expectServes({ dataFolder: join(folder, 'a'.repeat(150 - folder.length - 1)) });
});

test('a data folder with blanks and quotes in its path serves', async () => {
  await expectServes({ dataFolder: join(await newFolder(), `it's "mine" $HOME`) });
});

test.runIf(isRoot)(
  'another user than the owner of the checkout serves, and is not locked out by a start as root',
  async () => {
    const dataFolder = join(await newFolder(NOBODY), 'data');
    await once({ dataFolder, uid: NOBODY }, async () => '');
    await expectServes({ dataFolder });
    await expectServes({ dataFolder, uid: NOBODY });
  },
);
