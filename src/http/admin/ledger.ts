import { Readable } from 'node:stream';
import { z } from 'zod';
import { GENERATION_ID } from '../../application/admin/generation-report.ts';
import { ENTRY_ID, type LedgerLine, TRANSACTION_ID } from '../../application/admin/ledger-line.ts';
import { PROJECT_ID, projectRef } from '../../application/admin/project.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import { pageWish } from './pages.ts';
import { queryInteger, readInput } from './read-input.ts';

const FORMATS = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' } as const;
type Format = keyof typeof FORMATS;

const TIME = 'unix seconds';
const seconds = queryInteger(TIME, { least: 0, most: 100_000_000_000 });
const exportQuery = z.strictObject({
  format: z.enum(['csv', 'jsonl'], 'csv or jsonl').default('csv'),
  project: z.string('the id or name of a project').optional(),
  livemode: z.enum(['true', 'false'], 'true or false').optional(),
  from: seconds.optional(),
  to: seconds.optional(),
  after: z.string('the id of the last entry that was seen').optional(),
});

export const ledgerRoutes: AddRoutes = (app, { ledger }) => {
  app.get(`${ADMIN}/ledger/export`, async ({ query }, reply) => {
    const { format, project, livemode, from, to, after } = readInput(exportQuery, query);
    const chunks = ledger
      .read({
        ...(project !== undefined && { project: projectRef(project) }),
        ...(livemode !== undefined && { livemode: livemode === 'true' }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...pageWish({ after }, ENTRY_ID),
      })
      [Symbol.asyncIterator]();
    // The first chunk before the answer begins: what is wrong is then said as everywhere.
    const first = await chunks.next();
    reply.header('content-type', FORMATS[format]);
    reply.header('content-disposition', `attachment; filename="ledger.${format}"`);
    return Readable.from(textOf(format, { first, chunks }), { objectMode: false });
  });
};

interface Chunks {
  readonly first: IteratorResult<readonly LedgerLine[]>;
  readonly chunks: AsyncIterator<readonly LedgerLine[]>;
}

async function* textOf(format: Format, { first, chunks }: Chunks): AsyncIterable<string> {
  // A stream of no text at all would end before it began.
  yield format === 'csv' ? `${COLUMNS.join(',')}\r\n` : '';
  for (let chunk = first; chunk.done !== true; chunk = await chunks.next())
    if (chunk.value.length > 0) yield chunk.value.map((line) => LINES[format](fieldsOf(line))).join('');
}

const COLUMNS = [
  'entry',
  'transaction',
  'at',
  'kind',
  'cause',
  'livemode',
  'project',
  'project_name',
  'account',
  'amount_micros',
  'generation',
] as const;
type Fields = Readonly<Record<(typeof COLUMNS)[number], string | number | boolean | null>>;

const fieldsOf = (line: LedgerLine): Fields => ({
  entry: ENTRY_ID.spell(line.id),
  transaction: TRANSACTION_ID.spell(line.transactionId),
  at: new Date(line.at * 1000).toISOString(),
  kind: line.kind,
  cause: line.cause,
  livemode: line.livemode,
  project: line.project ? PROJECT_ID.spell(line.project.id) : null,
  project_name: line.project?.name ?? null,
  account: line.account,
  amount_micros: Number(line.amountMicros),
  generation: line.generationId === undefined ? null : GENERATION_ID.spell(line.generationId),
});

const LINES: Readonly<Record<Format, (fields: Fields) => string>> = {
  jsonl: (fields) => `${JSON.stringify(fields)}\n`,
  csv: (fields) => `${COLUMNS.map((column) => cell(fields[column])).join(',')}\r\n`,
};

/** RFC 4180. A text that a spreadsheet would run as a formula is led by an apostrophe. */
function cell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
