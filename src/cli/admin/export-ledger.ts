import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { CliError, EXIT, type ExitCode, noServer, reasonOf } from '../cli-error.ts';
import { adminCommand } from './command.ts';
import { type Act, type AdminOptions, type AdminSession, spelled } from './session.ts';
import { momentOf } from './values.ts';

interface ExportOptions extends AdminOptions {
  readonly format: string;
  readonly project?: string;
  readonly live?: boolean;
  readonly test?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
  readonly out?: string;
}

/** `onereel ledger export`: all entries, as they stream in. */
export function addExport(ledger: Command, act: Act): void {
  adminCommand(ledger, 'export', 'Write the entries of the ledger, as CSV or JSON lines.')
    .option('--format <form>', 'csv or jsonl', 'csv')
    .option('--project <project>', 'only those of a project')
    .option('--live', 'only real money')
    .option('--test', 'only play money')
    .option('--from <time>', 'entries from then on, such as 2026-11-01')
    .option('--to <time>', 'entries before then')
    .option('--after <entry>', 'go on after the last entry that arrived (ent_…)')
    .option('-o, --out <file>', 'a file; standard output without it')
    .action((options: ExportOptions) => act(options, (session) => exportLedger(session, options)));
}

async function exportLedger(session: AdminSession, options: ExportOptions): Promise<ExitCode> {
  const { output, folder, signal } = session;
  const { out, json = false } = options;
  const body = await open(session, options);
  const file = out === undefined ? undefined : resolve(folder, out);
  // With --json standard output is for its one object.
  if (file === undefined && json)
    throw new CliError(EXIT.refused, '--json wants a file for the entries: --out <file>.');
  try {
    await pipeline(body, file === undefined ? process.stdout : createWriteStream(file), {
      signal,
      end: file !== undefined,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CliError(
      EXIT.failed,
      `The export broke off: ${reasonOf(error)}. Go on with --after and the last entry that arrived.`,
    );
  }
  if (file !== undefined) output.say(`Saved     ${file}`);
  output.result({ file });
  return EXIT.done;
}

async function open({ url, key, signal }: AdminSession, options: ExportOptions): Promise<Readable> {
  const { format, project, live = false, test = false, from, to, after } = options;
  const query = spelled({
    format,
    project,
    livemode: live === test ? undefined : String(live),
    from: moment('--from', from),
    to: moment('--to', to),
    after,
  });
  const response = await fetch(`${url}/admin/v1/ledger/export${query}`, {
    headers: { authorization: `Bearer ${key.key}` },
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw noServer(`The server does not answer: ${reasonOf(error)}.`);
  });
  if (response.ok && response.body) return Readable.fromWeb(response.body);
  const answer: unknown = await response.json().catch(() => ({}));
  const { error } = Object(answer);
  throw new CliError(EXIT.refused, String(error?.message ?? `the server answered HTTP ${response.status}`), {
    ...error,
    status: response.status,
  });
}

const moment = (option: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : String(momentOf(option, text, Date.now() / 1000));
