import { readFileSync } from 'node:fs';
import { runProgram } from './cli/program.ts';
import { cliSettings } from './cli-settings.ts';

const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

await runProgram(process.argv, {
  version,
  // Loaded when asked for: a command that only speaks to a server starts in a third of the time.
  serve: async () => (await import('./serve.ts')).serve(),
  emulate: async (options) => (await import('./emulate.ts')).emulate(options),
  settings: () => cliSettings(process.env, { folder: process.cwd(), entry: import.meta.filename }),
  catalogue: async () => (await import('./describe-catalogue.ts')).describeCatalogue(),
  examine: async () => (await import('./doctor.ts')).examine(process.env, process.cwd()),
});
