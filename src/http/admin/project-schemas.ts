import { z } from 'zod';
import { MOST_MICROS, text, time } from './fields.ts';
import { pageSchema } from './pages.ts';

const NAME = '1 to 63 lower-case letters, digits and dashes';
const projectName = z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, NAME);

const MARKUP = 'a number from 0 to 1000: what is charged is the vendor’s cost times it';
const markup = z.number(MARKUP).min(0, MARKUP).max(1000, MARKUP);

const FLOOR = 'a whole number of micro-dollars, 0 or less, or null for no limit';
const floor = z.int(FLOOR).max(0, FLOOR).min(-MOST_MICROS, FLOOR).nullable();
const WORLD = 'an object with floor_micros';
const world = z.strictObject({ floor_micros: floor.optional() }, { error: objectError });

/** The message of a strict object: what is unknown in it is said elsewhere. */
function objectError({ code }: { readonly code: string }): string | undefined {
  return code === 'unrecognized_keys' ? undefined : WORLD;
}

export const projectCreate = z
  .strictObject({
    name: projectName,
    markup: markup.optional().describe('1 when absent.'),
    live: world
      .optional()
      .describe('Money of live keys: floor_micros is what is available at least; 0 when absent (prepaid).'),
    test: world.optional().describe('Play money of test keys: no limit when absent.'),
  })
  .meta({ id: 'ProjectCreate' });

export const projectUpdate = z
  .strictObject({
    name: projectName.optional(),
    markup: markup.optional(),
    live: world.optional(),
    test: world.optional(),
  })
  .meta({ id: 'ProjectUpdate', description: 'What is absent stays as it is.' });

const books = z
  .object({
    floor_micros: z.int().nullable().describe('What is available never falls below it; null: no limit.'),
    granted_micros: z.int(),
    available_micros: z.int(),
    held_micros: z.int().describe('Set aside for generations that run.'),
    spent_micros: z.int(),
  })
  .meta({ id: 'Books', description: 'Micro-dollars; granted = available + held + spent.' });

export const projectAnswer = z
  .object({
    id: z.string(),
    object: z.literal('project'),
    name: z.string(),
    markup: z.number(),
    created_at: time,
    closed_at: time.nullable(),
    live: books,
    test: books,
  })
  .meta({ id: 'Project' });
export type ProjectAnswer = z.infer<typeof projectAnswer>;

export const projectList = pageSchema(projectAnswer, 'ProjectList');

const AMOUNT = 'a whole number of micro-dollars other than 0; below 0 takes money back';
export const grantCreate = z
  .strictObject({
    livemode: z.boolean('true for the money of live keys, false for play money'),
    amount_micros: z
      .int(AMOUNT)
      .min(-MOST_MICROS, AMOUNT)
      .max(MOST_MICROS, AMOUNT)
      .refine((value) => value !== 0, AMOUNT)
      .describe('Below 0 takes money back.'),
    cause: text('a text of at most 500 characters, such as "invoice 17"', 500),
  })
  .meta({ id: 'GrantCreate' });

export const grantAnswer = z
  .object({
    id: z.string(),
    object: z.literal('grant'),
    project: z.string(),
    livemode: z.boolean(),
    amount_micros: z.int(),
    cause: z.string(),
    created_at: time,
    available_micros: z.int().optional().describe('After it; only in the answer of the grant itself.'),
  })
  .meta({ id: 'Grant' });
export type GrantAnswer = z.infer<typeof grantAnswer>;

export const grantList = pageSchema(grantAnswer, 'GrantList');
