import type { Command } from 'commander';
import { EXIT, type ExitCode } from './cli-error.ts';
import type { Output } from './output.ts';

/** What of the books is not as it must be. */
interface BookDrift {
  readonly check: string;
  /** Such as "generation 12". */
  readonly subject: string;
  readonly message: string;
}

/** The whole ledger, re-derived from generations and evidence. */
export interface BooksVerified {
  readonly transactions: number;
  readonly generations: number;
  readonly accounts: number;
  readonly keys: number;
  readonly drifts: readonly BookDrift[];
}

/** The books, read where they are: a running server is not needed, and not in the way. Throws CliError. */
export interface Books {
  verify(): Promise<BooksVerified>;
}

type Act = (
  options: { readonly json?: boolean },
  act: (books: Books, output: Output) => Promise<ExitCode>,
) => Promise<void>;

const MOST_SHOWN = 50;

/** `onereel ledger …`: what is done with the database itself. */
export function addBooks(ledger: Command, act: Act): void {
  ledger
    .command('verify')
    .description('Re-derive every balance from generations and evidence; exits 1 when anything differs.')
    .option('--json', 'all that differs, as one JSON object')
    .action((options: { readonly json?: boolean }) =>
      act(options, async (books, output) => sayVerified(await books.verify(), output)),
    );
}

function sayVerified(verified: BooksVerified, output: Output): ExitCode {
  const { transactions, generations, accounts, keys, drifts } = verified;
  for (const { check, subject, message } of drifts.slice(0, MOST_SHOWN))
    output.say(`DRIFT  ${subject}: ${message} (${check})`);
  if (drifts.length > MOST_SHOWN) output.say(`… and ${drifts.length - MOST_SHOWN} more; --json has them all.`);
  output.say(
    `Looked at ${transactions} transactions, ${generations} generations, ${accounts} accounts with money and ${keys} keys.`,
  );
  output.say(
    drifts.length === 0
      ? 'The ledger is right.'
      : drifts.length === 1
        ? '1 thing differs.'
        : `${drifts.length} things differ.`,
  );
  output.result({ ok: drifts.length === 0, ...verified });
  return drifts.length === 0 ? EXIT.done : EXIT.failed;
}
