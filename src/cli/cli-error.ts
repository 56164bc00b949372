import type { JsonObject } from '../domain/json.ts';

/** What a command ends with; docs/cli.md lists them. */
export const EXIT = { done: 0, failed: 1, refused: 2, noServer: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that ends early, for a reason that its user can act on. The message stands alone, without a stack. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** What `--json` prints as `error`. */
  readonly details: JsonObject;

  constructor(exitCode: ExitCode, message: string, details: JsonObject = {}) {
    super(message);
    this.exitCode = exitCode;
    this.details = { message, ...details };
  }
}

/** Bad usage: wrong words on the command line, or a file that cannot be used. */
export const usageError = (message: string): CliError => new CliError(EXIT.refused, message, { code: 'usage' });

export const noServer = (message: string): CliError => new CliError(EXIT.noServer, message, { code: 'no_server' });

/** The reason of an unexpected failure, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says nothing; its cause does.
  if (error.cause instanceof Error && error.cause.message !== '') return error.cause.message;
  return error.message || error.name;
}
