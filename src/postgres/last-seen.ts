import type { GenerationStore, Scope } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import type { Generation } from '../domain/generation.ts';
import { LastSeenMemory } from './last-seen-memory.ts';
import { patiently } from './patience.ts';

const MOST_REMEMBERED = 20_000;
/** Most generations are a few kilobytes; those with long prompts and many inputs are a hundred times as large. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A status read never fails while a state is known here: some clients pay again on a 5xx. It waits for the database,
 * then serves what this process saw last, and refuses only when it never saw the generation.
 */
export function rememberingLastSeen(
  store: GenerationStore,
  options: { readonly waitSeconds: number; readonly onFailure: (error: unknown) => void },
): GenerationStore {
  const seen = new LastSeenMemory<Generation>({ most: MOST_REMEMBERED, mostBytes: MOST_BYTES });
  const remember = (generation: Generation): void => seen.set(keyOf(generation, generation.id), light(generation));
  return {
    ...store,
    create: async (generation) => {
      const outcome = await store.create(generation);
      if ('generation' in outcome) remember(outcome.generation);
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

/** What a dialect remembers may have a megabyte: of these too few would have room. */
const MOST_REMEMBERED_CHARS = 4096;

function light(generation: Generation): Generation {
  const payload = generation.memory?.['payload'];
  if (typeof payload !== 'string' || payload.length <= MOST_REMEMBERED_CHARS) return generation;
  const { payload: _, ...memory } = generation.memory ?? {};
  return { ...generation, memory };
}

const keyOf = ({ projectId, livemode }: Scope, id: bigint): string => `${projectId}:${livemode}:${id}`;
