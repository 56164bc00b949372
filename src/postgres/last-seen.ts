import type { GenerationStore, Scope } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import type { Generation } from '../domain/generation.ts';
import { patiently } from './patience.ts';

const MOST_REMEMBERED = 20_000;

/**
 * A status read never fails while a state is known here: some clients pay again on a 5xx. It waits for the database,
 * then serves what this process saw last, and refuses only when it never saw the generation.
 */
export function rememberingLastSeen(
  store: GenerationStore,
  options: { readonly waitSeconds: number; readonly onFailure: (error: unknown) => void },
): GenerationStore {
  const seen = new Map<string, Generation>();
  const remember = (generation: Generation): void => {
    const key = keyOf(generation, generation.id);
    seen.delete(key);
    seen.set(key, light(generation));
    const oldest = seen.size > MOST_REMEMBERED ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
  };
  return {
    ...store,
    create: async (generation) => {
      const outcome = await store.create(generation);
      if (outcome.kind !== 'mismatch') remember(outcome.generation);
      return outcome;
    },
    find: async (scope, id) => {
      try {
        const found = await patiently(options.waitSeconds, () => store.find(scope, id));
        if (found) remember(found);
        return found;
      } catch (error) {
        options.onFailure(error);
        const known = seen.get(keyOf(scope, id));
        if (known) return known;
        throw new Refusal(
          'unavailable',
          'The database is not available at the moment. The generation is not affected; ask again later.',
          {
            headers: { 'retry-after': '5' },
          },
        );
      }
    },
  };
}

/** What a dialect remembers may have a megabyte; twenty thousand of these are not kept in memory. */
const MOST_REMEMBERED_CHARS = 4096;

function light(generation: Generation): Generation {
  const payload = generation.memory?.['payload'];
  if (typeof payload !== 'string' || payload.length <= MOST_REMEMBERED_CHARS) return generation;
  const { payload: _, ...memory } = generation.memory ?? {};
  return { ...generation, memory };
}

const keyOf = ({ projectId, livemode }: Scope, id: bigint): string => `${projectId}:${livemode}:${id}`;
