import type { Capabilities, Model, PublicModel, Route } from './model.ts';
import type { Provider } from './provider.ts';
import type { Mode } from './request.ts';

/** A route with what stands behind it. */
export interface OpenRoute {
  readonly route: Route;
  readonly provider: Provider;
  readonly model: Model;
}

/** Facts once, as data: what callers may name, and what serves it. */
export interface Catalogue {
  /** Every public name, in the order of the model list. */
  readonly models: readonly PublicModel[];
  find(id: string): PublicModel | undefined;
  /** The routes of a model with their providers, first route first. */
  routesOf(model: PublicModel): readonly OpenRoute[];
  /** Names of options and fields that some model of ours knows, so that a foreign one can be told from a typing error. */
  readonly knownNames: ReadonlySet<string>;
}

/** What a route can do in a mode; undefined when it cannot. */
export function capabilitiesOf({ route, model }: OpenRoute, mode: Mode): Capabilities | undefined {
  return route.modes && !route.modes.includes(mode) ? undefined : model.modes[mode];
}

/** The modes a public model has over all its routes. */
export const modesOf = (routes: readonly OpenRoute[]): readonly Mode[] => [
  ...new Set(
    routes.flatMap(
      (open) => (Object.keys(open.model.modes) as Mode[]).filter((mode) => capabilitiesOf(open, mode)), // keys of a Record<Mode, …>
    ),
  ),
];
