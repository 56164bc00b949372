import type { Command } from 'commander';
import type { Comparison, Reconciliation } from '../application/reconcile-channel.ts';
import { type Cost, dollars } from '../domain/money.ts';
import { EXIT, type ExitCode, usageError } from './cli-error.ts';
import type { Output } from './output.ts';

/** What of the books is not as it must be. */
interface BookDrift {
  readonly check: string;
  /** Such as "generation 12". */
  readonly subject: string;
  readonly message: string;
}

/** The whole ledger, re-derived from generations and evidence. */
interface BooksVerified {
  readonly transactions: number;
  readonly generations: number;
  readonly accounts: number;
  readonly keys: number;
  readonly drifts: readonly BookDrift[];
}

/** The books, read where they are: a running server is not needed, and not in the way. Throws CliError. */
export interface Books {
  verify(): Promise<BooksVerified>;
  reconcile(wish: ReconcileWish): Promise<Reconciliation>;
}

export interface ReconcileWish {
  readonly channel: string;
  /** How far back. Vendors forget after a week. */
  readonly days: number;
  /** Book the losses that nobody had seen. */
  readonly book: boolean;
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
  ledger
    .command('reconcile')
    .description('Ask the vendor again, attempt by attempt, what it bills, and compare; exits 1 when anything differs.')
    .requiredOption('--channel <name>', 'whose attempts')
    .option('--days <days>', 'how far back; vendors forget after a week', '7')
    .option('--book', 'book losses that were not seen before; without it nothing is changed')
    .option('--json', 'all comparisons, as one JSON object')
    .action((options: ReconcileOptions) =>
      act(options, async (books, output) => {
        const { channel, book = false } = options;
        return sayReconciled(await books.reconcile({ channel, book, days: daysOf(options) }), output);
      }),
    );
}

interface ReconcileOptions {
  readonly channel: string;
  readonly days: string;
  readonly book?: boolean;
  readonly json?: boolean;
}

function daysOf({ days }: ReconcileOptions): number {
  if (/^[1-9]\d{0,3}$/.test(days)) return Number(days);
  throw usageError(`--days is ${JSON.stringify(days)}; it must be a whole number from 1 to 9999.`);
}

/** What is wrong, as opposed to what only costs money. */
const isWrong = ({ finding }: Comparison): boolean => finding === 'differs' || finding === 'unbooked';

function sayReconciled(found: Reconciliation, output: Output): ExitCode {
  const { comparisons, attempts, asked, lossMicros, varianceMicros } = found;
  for (const each of comparisons) {
    const { finding, generationId, ended, billed, recorded, settledMicros, operatorMicros } = each;
    output.say(
      `${finding.padEnd(8)}  task_${generationId} (${ended}): vendor ${amount(billed)}, recorded ${amount(recorded)}, settled ${dollars(settledMicros)}` +
        (operatorMicros > 0 ? `, ours ${dollars(operatorMicros)}` : ''),
    );
  }
  const wrong = comparisons.filter(isWrong).length;
  output.say(`Compared ${attempts} attempts on ${found.channel}, ${asked} of them with what the vendor says now.`);
  output.say(`Losses ${dollars(lossMicros)}, beyond holds ${dollars(varianceMicros)}; ${wrong} to look into.`);
  output.result({ ok: wrong === 0, ...found });
  return wrong === 0 ? EXIT.done : EXIT.failed;
}

const amount = (cost: Cost | null): string => (cost ? `${dollars(cost.micros).slice(1)} ${cost.currency}` : 'nothing');

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
