import { type Catalogue, capabilitiesOf, modesOf, type OpenRoute } from '../domain/catalogue.ts';
import type { Capabilities, InputRule, PublicModel } from '../domain/model.ts';
import type { PriceLine } from '../domain/provider.ts';
import type { ModeDescription, ModelDescription } from './model-description.ts';
import type { Pricing } from './pricing.ts';

export type { ModelDescription } from './model-description.ts';

type OwnPrices = Pick<Pricing, 'own'>;
const NO_OWN_PRICES: OwnPrices = { own: () => undefined };

/** Every public model with what it can do and costs, in the form of the model list. */
export const describeModels = (catalogue: Catalogue, own: OwnPrices = NO_OWN_PRICES): readonly ModelDescription[] =>
  catalogue.models.map((model) => describeModel(model, { routes: catalogue.routesOf(model), own }));

function describeModel(
  { id, family }: PublicModel,
  { routes, own }: { readonly routes: readonly OpenRoute[]; readonly own: OwnPrices },
): ModelDescription {
  const [first] = routes;
  if (!first) throw new Error(`model ${id} has no route`);
  const modes = modesOf(routes).flatMap((mode) => {
    for (const open of routes) {
      const capabilities = capabilitiesOf(open, mode);
      if (capabilities) return [[mode, describeMode(open, capabilities)] as const];
    }
    return [];
  });
  return {
    id,
    object: 'video.model',
    family,
    served_by: routes.map(({ provider, model }) => ({ provider: provider.id, model: model.id })),
    off_peak: first.route.offPeak,
    modes: Object.fromEntries(modes),
    prices: routes.flatMap((open) => pricesOf(open, own)),
    source: first.model.source,
  };
}

/** Of a vendor's price list, what can apply to this name: its tier, and its time of day where that has a price. */
function pricesOf({ provider, model, route }: OpenRoute, ownPrices: OwnPrices): ModelDescription['prices'] {
  const own = ownPrices.own(provider.id, model.id);
  if (own === 'unusable') return [];
  const { resolution } = route.fixed;
  const ofTier = provider
    .prices(model, own?.price)
    .filter(({ resolutions }) => resolution === undefined || resolutions.includes(resolution));
  const offPeak = route.offPeak ? ofTier.filter((line) => line.offPeak) : [];
  const regular = ofTier.filter((line) => !line.offPeak);
  return (offPeak.length > 0 ? offPeak : regular).map((line) => describePrice(line, provider.id));
}

const describePrice = (
  { currency, micros, per, when, page, date }: PriceLine,
  provider: string,
): ModelDescription['prices'][number] => ({ provider, currency, micros, per, when, page, date });

function describeMode({ route }: OpenRoute, capabilities: Capabilities): ModeDescription {
  const fixed = route.fixed.resolution;
  const { adjustSeconds, resolutionsAt, totalInputs } = capabilities;
  return {
    duration: {
      allowed: [...capabilities.seconds],
      default: capabilities.defaultSeconds,
      ...(adjustSeconds && { adjusted: { ...adjustSeconds } }),
    },
    size: {
      allowed: fixed === undefined ? [...capabilities.resolutions] : [fixed],
      default: fixed ?? capabilities.defaultResolution,
      ...(resolutionsAt && {
        at: Object.fromEntries(Object.entries(resolutionsAt).map(([seconds, tiers]) => [seconds, [...tiers]])),
      }),
    },
    aspect_ratio: { allowed: [...capabilities.aspectRatios], default: capabilities.defaultAspectRatio ?? null },
    prompt: { required: capabilities.prompt.required, max_chars: capabilities.prompt.maxChars },
    inputs: capabilities.inputs.map(describeInput),
    ...(totalInputs && { total_inputs: { ...totalInputs } }),
    ...(capabilities.framePair && { frame_pair: { ...capabilities.framePair } }),
    audio: { ...capabilities.audio },
    seed: capabilities.seed ?? null,
    options: Object.keys(capabilities.options.shape),
    ignored: Object.keys(capabilities.harmless),
  };
}

const describeInput = (rule: InputRule): ModeDescription['inputs'][number] => {
  const { role, kind, min, max, as, mediaTypes, maxBytes, seconds, side, pixels, ratio, fps, codecs } = rule;
  return {
    role,
    kind,
    min,
    max,
    media_types: [...mediaTypes],
    max_bytes: maxBytes,
    data_uri: as !== 'url',
    ...(seconds && { seconds: { ...seconds } }),
    ...(side && { side: { ...side } }),
    ...(pixels && { pixels: { ...pixels } }),
    ...(ratio && { ratio: { ...ratio } }),
    ...(fps && { fps: { ...fps } }),
    ...(codecs && { codecs: { video: [...codecs.video], audio: [...codecs.audio] } }),
  };
};
