import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../application/context.ts';
import type { Generation } from '../../domain/generation.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import { issue, shown } from './read-fields.ts';

/** How a request is known when it comes again. */
export interface Repeatable {
  /** The `Idempotency-Key`, with a hash of what is asked for. */
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
  /** From a client that repeats by itself, without a key, and says so: OpenAI's. */
  readonly unanswered?: { readonly requestHash: string; readonly retries: number };
}

/**
 * What tells whether this request was sent before. `place` sets one service of a protocol apart from the others: the same
 * body on a path of the same service is the same request.
 */
export function repeatableOf(
  request: FastifyRequest,
  { place, body }: { readonly place: string; readonly body: Json },
): Repeatable {
  const key = request.headers['idempotency-key'];
  if (key === undefined) {
    const retries = request.headers['x-stainless-retry-count'];
    if (typeof retries !== 'string' || !/^\d{1,4}$/.test(retries)) return {};
    return { unanswered: { requestHash: hashOf(place, body), retries: Number(retries) } };
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw issue(
      'invalid_value',
      'Idempotency-Key',
      `Idempotency-Key is ${shown(key)}; it must be 1 to 255 visible ASCII characters without blanks.`,
    );
  }
  return { idempotency: { key, requestHash: hashOf(place, body) } };
}

const hashOf = (place: string, body: Json): string =>
  createHash('sha256')
    .update(`${place}\n${canonicalJson(body)}`)
    .digest('hex');

/** A line that breaks within this time after an answer may have lost it: what was written need not have arrived. */
const ARRIVAL_MILLISECONDS = 1000;

/** Once the answer has arrived, as far as the line shows, the same request without a key is a new one. */
export function forgetOnceAnswered(
  reply: FastifyReply,
  { ctx, generation }: { readonly ctx: Pick<Context, 'generations'>; readonly generation: Generation },
): void {
  const { socket, headers } = reply.request.raw;
  const forget = (): void => ctx.generations.answered(generation.id);
  reply.raw.once('finish', () => {
    if (headers.connection === 'close') return forget();
    const arrived = setTimeout(() => {
      socket.off('close', lost);
      forget();
    }, ARRIVAL_MILLISECONDS).unref();
    const lost = (): void => clearTimeout(arrived);
    if (socket.destroyed) lost();
    else socket.once('close', lost);
  });
}
