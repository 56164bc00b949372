import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authenticate } from '../../application/authenticate.ts';
import type { Caller, Keys } from '../../application/ports.ts';

/** The key of an `Authorization` header, after one of these words; undefined when it has another form. */
export const presentedKey = ({ headers }: FastifyRequest, words: readonly string[]): string | undefined =>
  new RegExp(`^(?:${words.join('|')})\\s+(\\S+)\\s*$`, 'i').exec(headers.authorization ?? '')?.[1];

/**
 * Learns who asks before the body is read, and answers how a handler gets to know. `words` are what may stand before the
 * key in `Authorization`.
 */
export function callersOf(
  app: FastifyInstance,
  { keys, words }: { readonly keys: Keys; readonly words: readonly string[] },
): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.addHook('onRequest', async (request) => {
    callers.set(request, await authenticate(keys, presentedKey(request, words)));
  });
  return (request) => {
    const caller = callers.get(request);
    if (caller) return caller;
    throw new Error('the caller is set before any handler runs');
  };
}
