import { z } from 'zod';

/** Two days: longer than any vendor keeps work. */
const LONGEST_SECONDS = 172_800;

/** Settings of a channel that every provider has; `modelIds` are those of the vendor's models. */
export const commonSettings = (modelIds: readonly string[]) => ({
  /** How long the work of this channel usually takes, in seconds: when it is first looked at. */
  usual_seconds: seconds.optional(),
  /** Ids that this account has for the vendor's models, such as an endpoint of Ark. */
  models: settingsSchema(Object.fromEntries(modelIds.map((id) => [id, ownId.optional()]))).optional(),
});

/** Settings of a channel as an operator writes them. Messages of issues follow the name and the value. */
export const settingsSchema = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `must be one of ${Object.keys(shape).join(', ')}` : 'must be a mapping',
  });

const SECONDS = `must be a number of seconds above 0, at most ${LONGEST_SECONDS}`;
const seconds = z.number({ error: SECONDS }).positive({ error: SECONDS }).max(LONGEST_SECONDS, { error: SECONDS });

const OWN_ID = 'must be the id that the vendor knows the model by, without blanks';
const ownId = z.string({ error: OWN_ID }).regex(/^\S+$/, { error: OWN_ID });
