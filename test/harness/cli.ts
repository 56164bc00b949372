import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { COMPILE_CACHE } from './gateway.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** A command that was started as a process of its own. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** What it printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until standard output or error has this. */
  printed(pattern: RegExp): Promise<void>;
  readonly ended: Promise<EndedCommand>;
}

export interface EndedCommand {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PATIENCE_MILLISECONDS = 60_000;

/** Runs `onereel ARGS` in a folder, with no setting but those given. */
export function command(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): RunningCommand {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ONEREEL_SANDBOX_SPEED: '20',
      ...COMPILE_CACHE,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return {
    child,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    printed: async (pattern) => {
      const until = performance.now() + PATIENCE_MILLISECONDS;
      while (!pattern.test(texts.stdout + texts.stderr)) {
        if (child.exitCode !== null || performance.now() > until)
          throw new Error(`${pattern} was not printed:\n${texts.stdout}${texts.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...texts }));
    }),
  };
}
