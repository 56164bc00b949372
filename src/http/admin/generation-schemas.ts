import { z } from 'zod';
import { MOST_MICROS, text, time } from './fields.ts';
import { PAGE_QUERY, pageSchema } from './pages.ts';

export const STATES = ['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'expired'] as const;

export const reportQuery = z.strictObject({
  ...PAGE_QUERY,
  project: z.string('the id or name of a project').optional(),
  livemode: z.enum(['true', 'false'], 'true or false').optional(),
  status: z.enum(STATES, `one of ${STATES.join(', ')}`).optional(),
  model: z.string('the name of a model').optional(),
});

const AMOUNT = 'a whole number of micro-dollars above 0';
export const refundCreate = z
  .strictObject({
    amount_micros: z
      .int(AMOUNT)
      .min(1, AMOUNT)
      .max(MOST_MICROS, AMOUNT)
      .optional()
      .describe('All that was settled when absent.'),
    cause: text('a text of at most 500 characters, such as "the video is blank"', 500),
  })
  .meta({ id: 'RefundCreate' });

const bill = z
  .object({
    attempt: z.string(),
    currency: z.string(),
    micros: z.int().describe('Millionths of the currency.'),
    usd_per_unit: z.string().describe('The rate of the quote.'),
    usd_micros: z.int(),
    reported: z.unknown().describe('What the vendor said it used; null when it said nothing.'),
  })
  .meta({ id: 'VendorBill' });

const reportFields = {
  id: z.string(),
  object: z.literal('generation_report'),
  project: z.string(),
  project_name: z.string(),
  key: z.string(),
  livemode: z.boolean(),
  dialect: z.string(),
  model: z.string(),
  status: z.enum(STATES),
  error_code: z.string().nullable(),
  created_at: time,
  ended_at: time.nullable(),
  money: z
    .object({
      quoted_micros: z.int(),
      held_micros: z.int().describe('What was set aside when it was accepted.'),
      settled_micros: z.int().nullable().describe('What the project paid; null before it ended.'),
      refunded_micros: z.int(),
      vendor: z.array(bill).describe('What the vendor billed, attempt by attempt.'),
    })
    .meta({ id: 'ReportMoney', description: 'Quote, hold, settlement and the vendor’s bill side by side.' }),
};

const reportAnswer = z
  .object(reportFields)
  .meta({ id: 'GenerationReport', description: 'A generation as operators see it, without prompt, media and files.' });
export type ReportAnswer = z.infer<typeof reportAnswer>;
export const reportList = pageSchema(reportAnswer, 'GenerationReportList');

const attempt = z
  .object({
    id: z.string(),
    channel: z.string(),
    provider: z.string(),
    model: z.string().describe('The vendor’s.'),
    state: z.string(),
    operation: z.unknown().describe('The vendor’s handle; null before the vendor gave one.'),
    usage: z.unknown(),
    failure: z.object({ code: z.string(), vendor: z.unknown().describe('What the vendor itself said.') }).nullable(),
    version: z.string().describe('Of the channel’s credentials, origins and settings.'),
    assigned_at: time,
    submitted_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: 'AttemptReport' });
export type AttemptAnswer = z.infer<typeof attempt>;

export const fullReport = z
  .object({
    ...reportFields,
    request: z.record(z.string(), z.unknown()).describe('Mode, seconds, resolution: what decides the price.'),
    attempts: z.array(attempt),
  })
  .meta({ id: 'FullGenerationReport' });
