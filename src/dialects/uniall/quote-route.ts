import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../../application/context.ts';
import type { Caller } from '../../application/ports.ts';
import { type Quote, type QuotedRoute, quoteGeneration } from '../../application/quote-generation.ts';
import type { Json } from '../../domain/json.ts';
import { parseBody } from './parse-body.ts';
import type { QuoteAnswer } from './quote-schemas.ts';

interface QuoteParts {
  readonly ctx: Context;
  readonly callerOf: (request: FastifyRequest) => Caller;
  /** As of a create. */
  readonly bodyLimit: number;
}

export const QUOTES_PATH = '/v1/video/quotes';

/** Answers what a create of the same body would hold and cost. */
export function quoteRoute(app: FastifyInstance, { ctx, callerOf, bodyLimit }: QuoteParts): void {
  app.post<{ Body: Json }>(QUOTES_PATH, { bodyLimit }, async (request) => {
    const { draft, warnings } = parseBody(request.body ?? {}, (model) => ctx.catalogue.find(model)?.family);
    return renderQuote(await quoteGeneration(ctx, { caller: callerOf(request), draft, warnings }));
  });
}

function renderQuote(quote: Quote): QuoteAnswer {
  return {
    object: 'video.quote',
    model: quote.model,
    mode: quote.mode,
    livemode: quote.livemode,
    currency: 'USD',
    held_micros: quote.heldMicros,
    quoted_micros: quote.quotedMicros,
    expected_micros: quote.expectedMicros,
    markup: quote.markup,
    routes: quote.routes.map(renderRoute),
    ...(quote.warnings.length > 0 && { warnings: [...quote.warnings] }),
  };
}

const renderRoute = (route: QuotedRoute): QuoteAnswer['routes'][number] => ({
  provider: route.provider,
  model: route.model,
  held_micros: route.holdMicros,
  expected_micros: route.expectedMicros,
  unit_price: { ...route.basis.price },
  units: { most: route.basis.units, expected: route.basis.expectedUnits },
  formula: route.formula,
  inputs: { ...route.basis.inputs },
  cost: { ...route.cost },
  rate: { usd: route.usdPerUnit, date: route.rateDate ?? null },
});
