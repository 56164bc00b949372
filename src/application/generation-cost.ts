import { z } from 'zod';
import { type Generation, isFinal } from '../domain/generation.ts';

/** What a generation costs, in the house form. */
export const generationCost = z
  .object({
    currency: z.literal('USD'),
    quoted_micros: z.int().describe('Micro-dollars; what the first route costs at most.'),
    held_micros: z.int(),
    settled_micros: z.int(),
  })
  .meta({ id: 'Cost' });

export type GenerationCost = z.infer<typeof generationCost>;

export const costOf = (generation: Generation): GenerationCost => ({
  currency: 'USD',
  quoted_micros: generation.quotedMicros,
  held_micros: isFinal(generation.state) ? 0 : generation.heldMicros,
  settled_micros: generation.settledMicros ?? 0,
});
