import { capabilitiesOf, type OpenRoute } from '../domain/catalogue.ts';
import type { Draft } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import type { PublicModel } from '../domain/model.ts';
import { type MicroUsd, microUsd } from '../domain/money.ts';
import { nearest } from '../domain/nearest.ts';
import type { GenerationRequest, Warning } from '../domain/request.ts';
import type { Context } from './context.ts';
import { unsupportedMode, wrongEndpoint } from './mode-words.ts';
import type { Caller } from './ports.ts';
import { type PricedRoute, priceMissing, priceRoute } from './price-route.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { modeOf, resolveRequest } from './resolve-request.ts';

/** A request that can be served: by these routes, for at most this. */
export interface Plan {
  readonly routes: readonly [PricedRoute, ...PricedRoute[]];
  readonly warnings: readonly Warning[];
  readonly quotedMicros: MicroUsd;
  readonly heldMicros: MicroUsd;
}

/** A request that the catalogue accepts, with every route that could take it. Nothing is fetched, nothing spent. */
export interface Checked {
  readonly model: PublicModel;
  readonly candidates: readonly { readonly open: OpenRoute; readonly request: GenerationRequest }[];
  readonly warnings: readonly Warning[];
}

/** Checks a draft against the catalogue. Throws a Refusal that lists everything that is wrong. */
export function checkDraft({ catalogue }: Context, draft: Draft): Checked {
  const model = catalogue.find(draft.model);
  if (!model) throw unknownModel(draft.model, catalogue.models);
  const routes = catalogue.routesOf(model);
  const asked = modeOf(draft);
  if ('issues' in asked) throw refusalOf(asked.issues);
  const { mode } = asked;
  const able = routes.flatMap((open) => {
    const capabilities = capabilitiesOf(open, mode);
    return capabilities ? [{ open, capabilities }] : [];
  });
  if (able.length === 0) {
    throw refusalOf([draft.mode ? wrongEndpoint(draft, draft.mode, catalogue) : unsupportedMode(draft, mode, routes)]);
  }
  const resolved = able.map(({ open, capabilities }) => ({
    open,
    resolution: resolveRequest({ draft, mode, capabilities, open, catalogue }),
  }));
  const good = resolved.flatMap(({ open, resolution }) => ('request' in resolution ? [{ open, ...resolution }] : []));
  const [first] = good;
  if (!first) {
    throw refusalOf(
      withoutRepeats(resolved.flatMap(({ resolution }) => ('issues' in resolution ? resolution.issues : []))),
    );
  }
  return { model, candidates: good, warnings: first.warnings };
}

const MOST_ISSUES = 20;

/** Several routes find the same things wrong. */
function withoutRepeats(issues: readonly Issue[]): readonly Issue[] {
  const byText = new Map(issues.map((issue) => [`${issue.param} ${issue.message}`, issue]));
  return [...byText.values()].slice(0, MOST_ISSUES);
}

function unknownModel(asked: string, models: readonly PublicModel[]): Refusal {
  const near = nearest(
    asked,
    models.map(({ id }) => id),
    3,
  );
  const hint = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
  return refusalOf([
    {
      param: 'model',
      code: 'unknown_model',
      message: `model is ${JSON.stringify(asked.slice(0, 80))}, which does not exist here.${hint} GET /v1/video/models lists all of them.`,
    },
  ]);
}

/** Prices the routes that can be reached now, and holds for the dearest. Throws when none can be reached or priced. */
export async function planRoutes(
  ctx: Context,
  checked: Checked,
  { livemode, markup }: Pick<Caller, 'livemode' | 'markup'>,
): Promise<Plan> {
  const open = await ctx.channels.open(livemode);
  const reachable = checked.candidates.filter((candidate) => open.has(candidate.open.provider.id));
  if (reachable.length === 0) throw noChannel(checked, livemode);
  const outcomes = reachable.map((candidate) => priceRoute(ctx.pricing, candidate, markup));
  const [first, ...others] = outcomes.flatMap((outcome) => ('missing' in outcome ? [] : [outcome]));
  if (!first) throw priceMissing(checked.model.id, outcomes);
  const holds = [first, ...others].map(({ holdMicros }) => holdMicros);
  return {
    routes: [first, ...others],
    warnings: checked.warnings,
    quotedMicros: first.holdMicros,
    heldMicros: microUsd(Math.max(...holds)),
  };
}

function noChannel({ model, candidates }: Checked, livemode: boolean): Refusal {
  const providers = [...new Set(candidates.map(({ open }) => open.provider.name))].join(' or ');
  return new Refusal(
    'no_channel',
    livemode
      ? `${model.id} has no live channel here: no key for ${providers} is configured. Nothing was sent and nothing is held. Use a test key (sk-test-…) to try it in the sandbox.`
      : `${model.id} has no sandbox channel here.`,
    { param: 'model' },
  );
}
