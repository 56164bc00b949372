import { z } from 'zod';
import { KEY_KINDS } from '../../application/admin/api-key.ts';
import { micros, text, time } from './fields.ts';
import { pageSchema } from './pages.ts';

const MODELS = 'a list of 1 to 100 names of models, in which * stands for any characters; or null for all';
const MODEL = 'the name of a model, in which * stands for any characters';
const EXPIRES = 'unix seconds that lie in the future, or null for never';
const PER_MINUTE = 'a whole number above 0, or null for no limit';
const IN_FLIGHT = 'a whole number above 0, or null for no limit';
const SOURCES = 'a list of 1 to 100 addresses or networks, such as 10.0.0.0/8; or null for all';
const SOURCE = 'an address or a network, such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32';
const MOST_INTEGER = 2 ** 31 - 1;

const source = z
  .string(SOURCE)
  .refine(
    (value) => [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((form) => form.safeParse(value).success),
    SOURCE,
  );

const limits = {
  models: z
    .array(z.string(MODEL).regex(/^[\w.*:@/-]{1,100}$/, MODEL), MODELS)
    .min(1, MODELS)
    .max(100, MODELS)
    .nullable()
    .optional(),
  expires_at: z.int(EXPIRES).min(0, EXPIRES).max(100_000_000_000, EXPIRES).nullable().optional(),
  budget_micros: micros.nullable().optional().describe('All that the key may ever spend.'),
  daily_budget_micros: micros.nullable().optional().describe('A day is one of UTC, by the moment of the hold.'),
  per_minute: z
    .int(PER_MINUTE)
    .min(1, PER_MINUTE)
    .max(MOST_INTEGER, PER_MINUTE)
    .nullable()
    .optional()
    .describe('Creates that are accepted in a minute.'),
  in_flight: z
    .int(IN_FLIGHT)
    .min(1, IN_FLIGHT)
    .max(MOST_INTEGER, IN_FLIGHT)
    .nullable()
    .optional()
    .describe('Generations that run at once.'),
  sources: z.array(source, SOURCES).min(1, SOURCES).max(100, SOURCES).nullable().optional(),
};

const name = text('a text of at most 100 characters', 100);

export const keyCreate = z
  .strictObject({
    kind: z.enum(KEY_KINDS, `one of ${KEY_KINDS.join(', ')}`),
    project: text('the id or name of a project', 100).optional().describe('Required for live and test keys.'),
    name: name.optional().describe('For people; the kind when absent.'),
    ...limits,
  })
  .meta({
    id: 'KeyCreate',
    description: 'A limit that is absent or null is none. Admin keys take expires_at and sources.',
  });

export const keyUpdate = z
  .strictObject({ name: name.optional(), ...limits })
  .meta({ id: 'KeyUpdate', description: 'What is absent stays as it is; null takes a limit away.' });
export type KeyUpdateBody = z.infer<typeof keyUpdate>;

const nullableInt = z.int().nullable();

const keyFields = {
  id: z.string(),
  object: z.literal('key'),
  kind: z.enum(KEY_KINDS),
  project: z.string().nullable().describe('proj_…; null for admin keys.'),
  project_name: z.string().nullable(),
  name: z.string(),
  hint: z.string().describe('Its last characters, to tell keys apart.'),
  created_at: time,
  revoked_at: time.nullable(),
  models: z.array(z.string()).nullable(),
  expires_at: time.nullable(),
  budget_micros: nullableInt,
  daily_budget_micros: nullableInt,
  per_minute: nullableInt,
  in_flight: nullableInt,
  sources: z.array(z.string()).nullable(),
  use: z
    .object({
      committed_micros: z.int().describe('Spent, and held for what runs: counts against budget_micros.'),
      today_micros: z.int().describe('The same of this day (UTC).'),
      in_flight: z.int(),
    })
    .meta({ id: 'KeyUse' }),
  warnings: z
    .array(z.object({ code: z.string(), param: z.string(), message: z.string() }))
    .optional()
    .describe('What was accepted and is likely not meant.'),
};

export const keyAnswer = z.object(keyFields).meta({ id: 'ApiKey', description: 'A key, without its secret.' });
export type KeyAnswer = z.infer<typeof keyAnswer>;

export const keyCreated = z
  .object({ ...keyFields, key: z.string().describe('The key itself. It is shown this once and kept as a hash only.') })
  .meta({ id: 'ApiKeyCreated' });

export const keyList = pageSchema(keyAnswer, 'ApiKeyList');
