import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseFor } from './database.ts';
import { expectNoSecrets } from './secrets.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A gateway in a process of its own, as a user starts it. */
export interface RunningGateway {
  readonly url: string;
  readonly pid: number;
  readonly dataFolder: string;
  readonly keys: { readonly admin: string; readonly live: string; readonly test: string };
  /** What it was given beside the defaults. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything it printed. */
  output(): string;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
  /** kill -9 of the gateway alone: its database stays. */
  kill(): Promise<void>;
}

/** One that was started, and may not serve yet. */
export interface SpawnedGateway {
  readonly pid: number;
  output(): string;
  /** Throws, with what it printed, when it does not get there. */
  serving(): Promise<RunningGateway>;
  /** Its exit code, once it has ended by itself. */
  ended(): Promise<number | null>;
  kill(): Promise<void>;
}

export interface GatewayOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An existing data folder: a restart. A new one is made otherwise. */
  readonly dataFolder?: string;
}

/** Compiled code is kept as scripts/run.sh keeps it. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node') };

const START_MILLISECONDS = 30_000;

/**
 * Starts `node src/main.ts` on a free port with a fast sandbox, on the embedded database, or on a database of its own
 * on the server that DATABASE_URL names.
 */
export async function startTestGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  return (await spawnGateway(options)).serving();
}

/** As `startTestGateway`, without waiting until it serves. */
export async function spawnGateway(options: GatewayOptions = {}): Promise<SpawnedGateway> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'onereel-test-')));
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: {
      ...cleanEnvironment(),
      PORT: '0',
      ONEREEL_DATA: dataFolder,
      ONEREEL_SANDBOX_SPEED: '20',
      ...(await databaseFor(dataFolder)),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = collect(child);
  const ended = async (signal?: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    if (signal !== undefined) child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  };
  const pid = child.pid ?? 0;
  const output = (): string => printed.text;
  const kill = async (): Promise<void> => {
    await ended('SIGKILL');
  };
  return {
    pid,
    output,
    kill,
    ended: () => ended(),
    serving: async () => {
      const url = await waitForUrl(child, printed);
      const keys = JSON.parse(await readFile(join(dataFolder, 'keys.json'), 'utf8'));
      return { url, pid, dataFolder, keys, env: options.env ?? {}, output, stop: () => ended('SIGTERM'), kill };
    },
  };
}

/** Stops a gateway, looks for secrets in all that it wrote, and removes its data. */
export async function discard(gateway: RunningGateway): Promise<void> {
  await gateway.stop();
  await expectNoSecrets(gateway, gateway.env);
  await rm(gateway.dataFolder, { recursive: true, force: true });
}

/** This process's environment without anything that configures a gateway, for the processes of tests. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(?:ONEREEL_|VIDU_|ARK_|BYTEPLUS_|DATABASE_URL$|PORT$|HOST$)/.test(name),
  );
  return { ...Object.fromEntries(clean), ...COMPILE_CACHE };
}

function collect(child: ChildProcess): { text: string } {
  const printed = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      printed.text += part;
    });
  }
  return printed;
}

async function waitForUrl(child: ChildProcess, printed: { text: string }): Promise<string> {
  const until = performance.now() + START_MILLISECONDS;
  while (performance.now() < until) {
    const url = /Onereel serves at (http:\S+)/.exec(printed.text)?.[1];
    if (url && printed.text.includes('for video_url.')) return url;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`the gateway did not start:\n${printed.text}`);
}
