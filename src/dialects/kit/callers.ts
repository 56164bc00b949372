import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authenticate } from '../../application/authenticate.ts';
import type { Caller, Keys } from '../../application/ports.ts';

/** Learns who asks before the body is read, and answers how a handler gets to know. */
export function callersOf(
  app: FastifyInstance,
  { keys }: { readonly keys: Keys },
): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.addHook('onRequest', async (request) => {
    callers.set(request, await authenticate(keys, request));
  });
  return (request) => {
    const caller = callers.get(request);
    if (caller) return caller;
    throw new Error('the caller is set before any handler runs');
  };
}
