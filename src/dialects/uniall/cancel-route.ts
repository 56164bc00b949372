import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cancelGeneration } from '../../application/cancel-generation.ts';
import type { Context } from '../../application/context.ts';
import { costOf } from '../../application/generation-cost.ts';
import type { Caller } from '../../application/ports.ts';
import { Refusal } from '../../application/refusal.ts';
import { type Generation, isFinal } from '../../domain/generation.ts';
import { parseGenerationId } from '../../domain/generation-id.ts';
import { spell } from './render.ts';

interface CancelParts {
  readonly ctx: Context;
  readonly callerOf: (request: FastifyRequest) => Caller;
  readonly render: (generation: Generation, request: FastifyRequest) => unknown;
}

/** `POST …/{id}/cancel`: the generation, or 409 `not_cancellable` with what it costs. */
export function cancelRoute(app: FastifyInstance, { ctx, callerOf, render }: CancelParts, prefix: string): void {
  app.post<{ Params: { id: string } }>(`${prefix}/:id/cancel`, async (request) => {
    const id = parseGenerationId(request.params.id);
    const outcome =
      id === undefined ? ({ kind: 'not_found' } as const) : await cancelGeneration(ctx, callerOf(request), id);
    if (outcome.kind === 'not_found')
      throw new Refusal('not_found', `There is no generation ${request.params.id.slice(0, 80)}.`, { param: 'id' });
    if (outcome.kind === 'not_cancellable') throw notCancellable(outcome.generation);
    return render(outcome.generation, request);
  });
}

const notCancellable = (generation: Generation): Refusal =>
  new Refusal(
    'not_cancellable',
    isFinal(generation.state)
      ? `${spell(generation.id)} has ended already: it is ${generation.state}.`
      : `${spell(generation.id)} is being made, and its vendor can no longer cancel it.`,
    { param: 'id', cost: costOf(generation) },
  );
