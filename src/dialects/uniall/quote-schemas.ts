import { z } from 'zod';
import { modelName } from '../../application/model-description.ts';
import { BILLED_UNITS } from '../../domain/cost-basis.ts';
import { CURRENCIES } from '../../domain/money.ts';
import { MODES } from '../../domain/request.ts';
import { warning } from './schemas.ts';

const currency = z.enum(CURRENCIES);

const quotedRoute = z
  .object({
    provider: z.string(),
    model: z.string().describe('The vendor’s own name.'),
    held_micros: z.int().describe('Micro-dollars: what it costs here at most.'),
    expected_micros: z.int().describe('Micro-dollars: what it costs here as a rule.'),
    unit_price: z
      .object({
        currency,
        micros: z.int().describe('Millionths of the currency for `per` units.'),
        unit: z.enum(BILLED_UNITS),
        per: z.int(),
        date: z.string().describe('The day of the price.'),
        origin: z.enum(['list', 'operator']).describe('The vendor’s price list, or a price that the operator set.'),
      })
      .describe('What the vendor asks for what it counts in.'),
    units: z.object({ most: z.number(), expected: z.number() }),
    formula: z.string().describe('How the vendor comes to its bill, in the names of `inputs`.'),
    inputs: z.record(z.string(), z.unknown()),
    cost: z.object({ currency, micros: z.int() }).describe('The vendor’s bill at most, in its own currency.'),
    rate: z
      .object({ usd: z.number(), date: z.string().nullable() })
      .describe('What one unit of that currency is worth in dollars, and since when. 1 for dollars, without a day.'),
  })
  .meta({ id: 'QuotedRoute', description: 'One way to serve the request. Price = cost x rate x markup, rounded up.' });

export const quoteAnswer = z
  .object({
    object: z.literal('video.quote'),
    model: modelName,
    mode: z.enum(MODES),
    livemode: z.boolean(),
    currency: z.literal('USD'),
    held_micros: z.int().describe('Micro-dollars that a create would hold: what the dearest route costs at most.'),
    quoted_micros: z.int().describe('What the first route costs at most.'),
    expected_micros: z.int().describe('What the first route costs as a rule.'),
    markup: z.number().describe('Of the project: every price has it in it.'),
    routes: z.array(quotedRoute).describe('First choice first.'),
    warnings: z.array(warning).optional(),
  })
  .meta({ id: 'Quote' });

export type QuoteAnswer = z.infer<typeof quoteAnswer>;
