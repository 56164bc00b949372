import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { markOf, siteOf } from './acquire.ts';
import type { Connection } from './membership.ts';
import { clusterProcesses, signalProcess } from './process.ts';

/** A new data folder inside a new temporary folder, which is 0700 like every one that `mktemp -d` makes. */
export async function newDataFolder(name = 'data'): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'onereel-test-')));
  made.push(folder);
  return join(folder, name);
}

const made: string[] = [];
const children: ChildProcess[] = [];

/** For afterEach: ends every gateway and server of this file's tests. Their clusters stay, for warm starts. */
export async function endEverything(): Promise<void> {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of made) for (const name of await readdir(folder)) await endServer(join(folder, name));
}

/** For afterAll: removes the folders too. */
export async function removeEverything(): Promise<void> {
  await endEverything();
  for (const folder of made.splice(0)) {
    for (const name of await readdir(folder)) await removeSocketFolder(join(folder, name));
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeSocketFolder(dataFolder: string): Promise<void> {
  const record = await readFile(join(dataFolder, 'postgres.json'), 'utf8').catch(() => undefined);
  if (record !== undefined) await rm(JSON.parse(record).socketFolder, { recursive: true, force: true });
}

/** Kills every process of the data folder's server and waits until they are gone. */
export async function endServer(dataFolder: string): Promise<void> {
  const mark = await markOf(siteOf(dataFolder));
  for (;;) {
    const pids = await clusterProcesses(mark);
    if (pids.length === 0) return;
    for (const pid of pids) signalProcess(pid, 'SIGKILL');
    await sleep(10);
  }
}

/** What a gateway in a process of its own says once it is up. */
interface GatewayReport {
  readonly pid: number;
  readonly adopted: boolean;
  readonly connection: Connection;
  readonly events: readonly (readonly [string, Record<string, unknown>])[];
}

interface GatewayOptions {
  readonly dataFolder: string;
  readonly uid?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** The launcher to use, by default the one beside this file. */
  readonly launcher?: string;
}

/** Starts a gateway process, in a process group of its own. It leaves when its input ends. */
export async function startGateway(options: GatewayOptions) {
  const launcher = options.launcher ?? new URL('launch.ts', import.meta.url).href;
  const script = `
    import { launchEmbeddedPostgres } from ${JSON.stringify(launcher)};
    const events = [];
    const log = (...event) => events.push(event);
    try {
      const server = await launchEmbeddedPostgres({ dataFolder: ${JSON.stringify(options.dataFolder)}, log });
      const { pid, adopted, connection } = server;
      console.log(JSON.stringify({ pid, adopted, connection, events }));
      process.stdin.resume().once('end', () => server.leave());
    } catch (error) {
      console.log(JSON.stringify({ error: error.message, fix: error.fix }));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    env: options.env ?? process.env,
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  children.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, said: JSON.parse(line) };
}

/** As `startGateway`, for one that must come up. */
export async function startedGateway(options: GatewayOptions) {
  const { child, said } = await startGateway(options);
  if ('error' in said) throw new Error(said.error);
  const report: GatewayReport = said;
  return {
    child,
    report,
    async leave() {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
    async kill() {
      child.kill('SIGKILL');
      if (child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** Runs one statement in a session of its own. */
export async function query(connection: Connection, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client(connection);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

export async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
