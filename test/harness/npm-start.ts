import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { databaseFor } from './database.ts';
import { cleanEnvironment } from './gateway.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A command line that a person would type in the checkout, and what it printed. */
export interface Typed {
  readonly child: ChildProcess;
  output(): string;
  /** Waits until it has printed this; throws with what it printed when it ends without. */
  until(text: string): Promise<void>;
  /** Its exit code; waits for it. */
  exit(): Promise<number | null>;
}

export interface TypedOptions {
  readonly dataFolder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

/** Runs a command in the checkout with the machine's own node and npm, as a shell outside of any npm would. */
export async function typed(command: readonly [string, ...string[]], options: TypedOptions): Promise<Typed> {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...outside(), ONEREEL_DATA: options.dataFolder, ...(await databaseFor(options.dataFolder)), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    output: () => text,
    exit: () => ended,
    until: async (wanted) => {
      while (!text.includes(wanted)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended without ${wanted}:\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Without what an npm that runs the tests adds: its settings, and its own bin folders. */
function outside(): NodeJS.ProcessEnv {
  const kept = Object.entries(cleanEnvironment()).filter(([name]) => !/^npm_|^NODE_|^INIT_CWD$/.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), ONEREEL_SANDBOX_SPEED: '20' };
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Whether something listens there. */
export async function isTaken(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false,
  );
}
