import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authenticate } from '../../application/authenticate.ts';
import type { Caller, Keys } from '../../application/ports.ts';

/**
 * Learns who asks before the body is read, and answers how a handler gets to know. `words` are what may stand before the
 * key in `Authorization`.
 */
export function callersOf(
  app: FastifyInstance,
  { keys, words }: { readonly keys: Keys; readonly words: readonly string[] },
): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const pattern = new RegExp(`^(?:${words.join('|')})\\s+(\\S+)\\s*$`, 'i');
  app.addHook('onRequest', async (request) => {
    callers.set(request, await authenticate(keys, pattern.exec(request.headers.authorization ?? '')?.[1]));
  });
  return (request) => {
    const caller = callers.get(request);
    if (caller) return caller;
    throw new Error('the caller is set before any handler runs');
  };
}
