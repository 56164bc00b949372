import { readFileSync } from 'node:fs';
import { runProgram } from './cli/program.ts';
import { cliSettings } from './cli-settings.ts';

/** Runs the command that the arguments name; `entry` is the program that serves. Sets the exit code; never throws. */
export function runCommandLine(argv: readonly string[], entry: string): Promise<void> {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return runProgram(argv, {
    version,
    // Loaded when asked for: a command that only speaks to a server starts in a third of the time.
    serve: async () => (await import('./serve.ts')).serve(),
    emulate: async (options) => (await import('./emulate.ts')).emulate(options),
    settings: () => cliSettings(process.env, { folder: process.cwd(), entry }),
    catalogue: async () => (await import('./describe-catalogue.ts')).describeCatalogue(),
    books: async () => (await import('./open-books.ts')).openBooks(process.env, process.cwd()),
    examine: async () => (await import('./doctor.ts')).examine(process.env, process.cwd()),
  });
}
