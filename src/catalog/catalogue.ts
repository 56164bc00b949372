import type { Catalogue, OpenRoute } from '../domain/catalogue.ts';
import type { PublicModel } from '../domain/model.ts';
import type { Provider } from '../domain/provider.ts';

/** Fields that every model is asked about under a neutral name; the rest of the known names are options. */
const NEUTRAL = ['prompt', 'seconds', 'size', 'aspect_ratio', 'audio', 'seed'] as const;

/** Ties public names to providers. Throws when a route leads nowhere: a mistake in the data, found at start. */
export function buildCatalogue(models: readonly PublicModel[], providers: readonly Provider[]): Catalogue {
  const byId = new Map(models.map((model) => [model.id, model]));
  if (byId.size !== models.length) throw new Error('two public models have the same name');
  const routes = new Map(models.map((model) => [model.id, model.routes.map((route) => openRoute(route, providers))]));
  return {
    models,
    find: (id) => byId.get(id),
    routesOf: ({ id }) => routes.get(id) ?? [],
    knownNames: new Set([...NEUTRAL, ...providers.flatMap(namesOf)]),
  };
}

function openRoute(route: PublicModel['routes'][number], providers: readonly Provider[]): OpenRoute {
  const provider = providers.find(({ id }) => id === route.provider);
  const model = provider?.models.find(({ id }) => id === route.model);
  if (!provider || !model) throw new Error(`route to ${route.provider}/${route.model} leads nowhere`);
  return { route, provider, model };
}

const namesOf = ({ models }: Provider): readonly string[] =>
  models.flatMap(({ modes }) =>
    Object.values(modes).flatMap(({ options, harmless }) => [...Object.keys(options.shape), ...Object.keys(harmless)]),
  );
