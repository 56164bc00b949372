import { Command } from 'commander';

/** What the commands do; main hands them in. */
export interface Handlers {
  serve(): Promise<void>;
  emulate(options: { readonly port: string; readonly speed: string; readonly stock?: boolean }): Promise<void>;
}

/** The command line. Without a command it serves. */
export function buildProgram(handlers: Handlers): Command {
  const program = new Command('onereel').description('One self-hosted API for every video model.');
  program.command('serve', { isDefault: true }).description('Start the gateway.').action(handlers.serve);
  program
    .command('emulate')
    .description('Start the emulated vendors alone, with their control API, on 127.0.0.1.')
    .option('--port <port>', 'port to listen on', '8788')
    .option('--speed <factor>', 'how much faster than a few seconds per video', '1')
    .option('--stock', 'cheap stock clips instead of rendered ones')
    .action(handlers.emulate);
  return program;
}
