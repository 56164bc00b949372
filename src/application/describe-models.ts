import { type Catalogue, capabilitiesOf, modesOf, type OpenRoute } from '../domain/catalogue.ts';
import type { Capabilities, PublicModel } from '../domain/model.ts';
import type { PriceLine } from '../domain/provider.ts';
import type { Mode } from '../domain/request.ts';

/** A model as the list shows it. */
export interface ModelDescription {
  readonly id: string;
  readonly object: 'video.model';
  readonly family: string;
  readonly served_by: readonly { readonly provider: string; readonly model: string }[];
  readonly off_peak: boolean;
  readonly modes: Readonly<Record<string, ModeDescription>>;
  readonly prices: readonly PriceLine[];
  readonly source: { readonly page: string; readonly date: string };
}

/** What a model can do in one mode: allowed values first, then what is sent when nothing is said. */
export interface ModeDescription {
  readonly duration: { readonly allowed: readonly number[]; readonly default: number };
  readonly size: { readonly allowed: readonly string[]; readonly default: string };
  readonly aspect_ratio: { readonly allowed: readonly string[]; readonly default: string | null };
  readonly prompt: { readonly required: boolean; readonly max_chars: number };
  readonly inputs: Capabilities['inputs'];
  readonly audio: Capabilities['audio'];
  readonly seed: { readonly min: number; readonly max: number } | null;
  readonly options: readonly string[];
  /** Accepted without effect, with a warning. */
  readonly ignored: readonly string[];
}

export const describeModels = (catalogue: Catalogue): readonly ModelDescription[] =>
  catalogue.models.map((model) => describeModel(model, catalogue.routesOf(model)));

function describeModel({ id, family }: PublicModel, routes: readonly OpenRoute[]): ModelDescription {
  const [first] = routes;
  if (!first) throw new Error(`model ${id} has no route`);
  const modes = modesOf(routes).flatMap((mode) => {
    const able = routes.find((open) => capabilitiesOf(open, mode));
    return able ? [[mode, describeMode(able, mode)] as const] : [];
  });
  return {
    id,
    object: 'video.model',
    family,
    served_by: routes.map(({ provider, model }) => ({ provider: provider.id, model: model.id })),
    off_peak: first.route.offPeak,
    modes: Object.fromEntries(modes),
    prices: routes.flatMap(({ provider, model }) => provider.prices(model)),
    source: first.model.source,
  };
}

function describeMode(open: OpenRoute, mode: Mode): ModeDescription {
  const capabilities = capabilitiesOf(open, mode);
  if (!capabilities) throw new Error(`route to ${open.model.id} has no mode ${mode}`);
  const fixed = open.route.fixed.resolution;
  return {
    duration: { allowed: capabilities.seconds, default: capabilities.defaultSeconds },
    size: {
      allowed: fixed === undefined ? capabilities.resolutions : [fixed],
      default: fixed ?? capabilities.defaultResolution,
    },
    aspect_ratio: { allowed: capabilities.aspectRatios, default: capabilities.defaultAspectRatio ?? null },
    prompt: { required: capabilities.prompt.required, max_chars: capabilities.prompt.maxChars },
    inputs: capabilities.inputs,
    audio: capabilities.audio,
    seed: capabilities.seed ?? null,
    options: Object.keys(capabilities.options.shape),
    ignored: Object.keys(capabilities.harmless),
  };
}
