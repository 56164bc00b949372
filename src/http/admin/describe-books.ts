import { z } from 'zod';
import type { ParameterDescription, RouteDescription } from '../../application/route-description.ts';
import { describeAdmin } from './describe-admin.ts';
import { fullReport, refundCreate, reportList, STATES } from './generation-schemas.ts';
import { PAGE_PARAMETERS } from './pages.ts';

const query = (name: string, description: string, schema: z.ZodType = z.string()): ParameterDescription => ({
  in: 'query',
  name,
  description,
  schema,
});
const ID: readonly ParameterDescription[] = [
  { in: 'path', name: 'id', description: 'The id of a generation, in any dialect’s spelling.', schema: z.string() },
];
const PROJECT = query('project', 'Only those of a project: its id or name.');
const LIVEMODE = query('livemode', 'Only real money, or only play money.', z.boolean());

const exported = describeAdmin({
  method: 'get',
  path: '/ledger/export',
  operationId: 'exportLedger',
  summary: 'The entries of the ledger, as CSV or JSON lines',
  description:
    'Streamed, in order of entries. One that broke off goes on with `after`, the last entry that arrived. Entries of the last minute may still come with numbers in between: export periods that have ended.',
  parameters: [
    query('format', 'csv has a line of names first.', z.enum(['csv', 'jsonl']).default('csv')),
    PROJECT,
    LIVEMODE,
    query('from', 'Unix seconds: entries from then on.', z.int()),
    query('to', 'Unix seconds: entries before then.', z.int()),
    query('after', 'The id of the last entry that was seen (ent_…).'),
  ],
  answer: z.unknown(),
  refusals: ['not_found'],
});

export const BOOK_ROUTES: readonly RouteDescription[] = [
  describeAdmin({
    method: 'get',
    path: '/generations',
    operationId: 'listGenerationReports',
    summary: 'Generations of all projects, newest first, with what each cost',
    parameters: [
      PROJECT,
      LIVEMODE,
      query('status', 'Only those in this state.', z.enum(STATES)),
      query('model', 'Only of this model.'),
      ...PAGE_PARAMETERS,
    ],
    answer: reportList,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'get',
    path: '/generations/{id}',
    operationId: 'getGenerationReport',
    summary: 'A generation with its attempts, the vendor’s words and its money side by side',
    parameters: ID,
    answer: fullReport,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'post',
    path: '/generations/{id}/refund',
    operationId: 'refundGeneration',
    summary: 'Give back what a completed generation cost, once',
    description: 'The project and the key may spend it again. The vendor is not asked for anything.',
    parameters: ID,
    body: refundCreate,
    example: { cause: 'the video is blank' },
    answer: fullReport,
    refusals: ['not_found', 'conflict'],
  }),
  {
    ...exported,
    answers: {
      200: { description: 'The entries.', content: { 'text/csv': z.string(), 'application/x-ndjson': 'bytes' } },
    },
  },
];
