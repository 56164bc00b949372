import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { canonicalJson, type Json } from '../../domain/json.ts';
import { issue, shown } from './read-fields.ts';

/**
 * The `Idempotency-Key` of a request, with a hash of what it asks for; undefined without the header. `place` sets one
 * service of a protocol apart from the others: the same body on a path of the same service is the same request.
 */
export function idempotencyOf(
  request: FastifyRequest,
  { place, body }: { readonly place: string; readonly body: Json },
): { readonly key: string; readonly requestHash: string } | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw issue(
      'invalid_value',
      'Idempotency-Key',
      `Idempotency-Key is ${shown(key)}; it must be 1 to 255 visible ASCII characters without blanks.`,
    );
  }
  return {
    key,
    requestHash: createHash('sha256')
      .update(`${place}\n${canonicalJson(body)}`)
      .digest('hex'),
  };
}
