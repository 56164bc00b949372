import { ignoreClosedPipes } from './cli/closed-pipe.ts';

const [command, ...words] = process.argv.slice(2);

// What starts the gateway reads no command line: it is up a fifth of a second earlier without what does.
if ((command === undefined || command === 'serve') && words.length === 0) {
  ignoreClosedPipes();
  await (await import('./serve.ts')).serve();
} else {
  await (await import('./command-line.ts')).runCommandLine(process.argv, import.meta.filename);
}
