import { z } from 'zod';
import { generationCost } from './generation-cost.ts';
import { REFUSALS, type Refusal, type RefusalCode } from './refusal.ts';

const codes = Object.keys(REFUSALS) as RefusalCode[]; // keys of a const table

const issue = z
  .object({
    param: z.string().describe('The path in the body, such as images[3].'),
    code: z.enum(codes),
    message: z.string(),
  })
  .meta({ id: 'Issue', description: 'One thing wrong with a request.' });

/** The house form of an error, after OpenAI's: also what answers where no dialect is known. */
export const houseErrorBody = z
  .object({
    error: z.object({
      message: z.string().describe('For people: the field, the value and what is allowed.'),
      type: z.enum([...new Set(Object.values(REFUSALS).map(({ type }) => type))]),
      code: z.enum(codes).describe('For programs. docs/errors.md lists them.'),
      param: z.string().nullable().describe('The field or header it is about.'),
      request_id: z.string().describe('The same as the header x-request-id.'),
      issues: z.array(issue).min(2).optional().describe('All that is wrong, when it is several things.'),
    }),
    cost: generationCost
      .optional()
      .describe('With not_cancellable: what the generation costs, or is going to at most.'),
  })
  .meta({ id: 'Error', description: 'A request that is not served.' });

export type HouseError = z.infer<typeof houseErrorBody>;

/** `issues` is there when several things are wrong. */
export const houseError = (refusal: Refusal, requestId: string): HouseError => ({
  error: {
    message: refusal.message,
    type: REFUSALS[refusal.code].type,
    code: refusal.code,
    param: refusal.param ?? null,
    request_id: requestId,
    ...(refusal.issues.length > 1 && {
      issues: refusal.issues.map(({ param, code, message }) => ({ param, code, message })),
    }),
  },
  ...(refusal.cost && { cost: refusal.cost }),
});
