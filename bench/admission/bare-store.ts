import type { GenerationStore, NewGeneration } from '../../src/application/ports.ts';
import type { Generation } from '../../src/domain/generation.ts';
import type { Database } from '../../src/postgres/database.ts';
import { grouped } from '../../src/postgres/grouped.ts';

/** The baseline: creates in the same groups, each group one durable insert of the requests as they are. */
export function bareStore(database: Database, real: GenerationStore): GenerationStore {
  const insert = grouped<NewGeneration, Generation>({
    run: async (group) => {
      await database.transaction((tx) =>
        tx.query({
          name: 'bare_insert',
          text: `insert into bench_creates (id, request)
            select (i ->> 'id')::bigint, i -> 'request' from jsonb_array_elements($1::jsonb) i`,
          values: [JSON.stringify(group.map(({ id, routes }) => ({ id: String(id), request: routes })))],
        }),
      );
      return group.map(asGeneration);
    },
    most: 200,
    lanes: 2,
    isFinal: () => true,
  });
  return { ...real, create: async (generation) => ({ kind: 'created', generation: await insert(generation) }) };
}

function asGeneration(generation: NewGeneration): Generation {
  const [route] = generation.routes;
  if (!route) throw new Error('no route');
  return {
    ...generation,
    projectId: generation.caller.projectId,
    keyId: generation.caller.keyId,
    livemode: generation.caller.livemode,
    request: route.request,
    route: { provider: route.provider, cost: route.cost, holdMicros: route.holdMicros },
    state: 'queued',
    progress: 0,
    delayed: false,
    cancelRequested: false,
    createdAt: 0,
    elapsedSeconds: 0,
    outputs: [],
  };
}
