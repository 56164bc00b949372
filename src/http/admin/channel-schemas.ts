import { z } from 'zod';
import { text, time } from './fields.ts';

const NAME = '1 to 63 lower-case letters, digits and dashes, not beginning with sandbox-';
const name = z.string(NAME).regex(/^(?!sandbox-)[a-z0-9][a-z0-9-]{0,62}$/, NAME);

const CREDENTIALS = 'the key as a text, or an object as the vendor’s docs have it';
const credentials = z
  .union([z.string().min(1).max(10_000), z.record(z.string(), z.unknown())], CREDENTIALS)
  .describe('Kept encrypted; never answered.');

const ORIGIN = 'an http or https URL';
const ORIGINS = 'an object of names and URLs';
const SETTINGS = 'an object; docs/admin.md has the settings of each provider';
const CONCURRENCY = 'a whole number above 0';
const MOST_INTEGER = 2 ** 31 - 1;

const changeable = {
  origin: z.string(ORIGIN).max(2000, ORIGIN).optional().describe('All hosts of the vendor at once.'),
  origins: z.record(z.string(), z.string(ORIGIN).max(2000, ORIGIN), ORIGINS).optional().describe('Hosts by name.'),
  settings: z.record(z.string(), z.unknown(), SETTINGS).optional(),
  concurrency: z
    .int(CONCURRENCY)
    .min(1, CONCURRENCY)
    .max(MOST_INTEGER, CONCURRENCY)
    .optional()
    .describe('Work that runs at the vendor at once; the vendor’s usual number when absent.'),
};

export const channelCreate = z
  .strictObject({ name, provider: text('the id of a provider', 100), credentials, ...changeable })
  .meta({ id: 'ChannelCreate' });

export const channelUpdate = z.strictObject(changeable).meta({
  id: 'ChannelUpdate',
  description: 'What is absent stays as it is; origins and settings are replaced whole.',
});

export const credentialsReplace = z.strictObject({ credentials }).meta({ id: 'CredentialsReplace' });

export const channelAnswer = z
  .object({
    object: z.literal('channel'),
    name: z.string(),
    provider: z.string(),
    livemode: z.boolean(),
    managed_by: z
      .enum(['api', 'configuration', 'sandbox'])
      .describe('api: made here. configuration: of the environment or onereel.yaml of a gateway.'),
    state: z.enum(['open', 'drained']).describe('drained: takes nothing new; what runs is followed to its end.'),
    drained_by_operator: z.boolean().describe('Until it is opened here; otherwise no gateway has it any more.'),
    paused_until: time.nullable().describe('The vendor had no room.'),
    concurrency: z.int(),
    running: z.int().describe('Work on it now.'),
    origins: z.record(z.string(), z.string()),
    settings: z.record(z.string(), z.unknown()),
    version: z.string().describe('Of credentials, origins and settings together. Work that runs keeps its own.'),
    version_at: time,
  })
  .meta({ id: 'Channel', description: 'A way to a vendor. Its credentials are never answered.' });
export type ChannelAnswer = z.infer<typeof channelAnswer>;

export const channelList = z
  .object({ object: z.literal('list'), data: z.array(channelAnswer) })
  .meta({ id: 'ChannelList', description: 'All of them.' });

export const channelTest = z
  .object({
    object: z.literal('channel_test'),
    channel: z.string(),
    ok: z.boolean(),
    result: z
      .enum(['ok', 'refused', 'unanswered', 'unasked'])
      .describe('refused: the vendor does not take the credentials. unasked: it has no free question.'),
    message: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'ChannelTest' });
