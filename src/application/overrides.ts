import { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { PublicModel, Route } from '../domain/model.ts';
import { CURRENCIES, type ExchangeRate } from '../domain/money.ts';
import { nearest } from '../domain/nearest.ts';
import type { Provider } from '../domain/provider.ts';
import { MODES, RESOLUTIONS } from '../domain/request.ts';
import { type Misfit, misfitOf, shown, strictMapping } from '../domain/strict-mapping.ts';
import { describeWords } from './describe-words.ts';

/** What an operator may set in place of what is shipped: the price of a vendor's model, a rate, a public model. */
export type OverrideKind = 'price' | 'rate' | 'model';

export interface Override {
  readonly kind: OverrideKind;
  /** `vidu/viduq3-pro` (provider and vendor's model), `CNY`, or a public name such as `viduq3t-720p`. */
  readonly name: string;
  readonly value: unknown;
}

/** What is shipped: names are looked up in it. */
export interface Shipped {
  readonly providers: readonly Provider[];
  readonly models: readonly PublicModel[];
}

/** What is wrong: `param` is `name`, or a path from `value`. The message begins with it. */
export type OverrideProblem = Misfit;

const RATED = CURRENCIES.filter((currency) => currency !== 'USD');

const USD = 'must be what one unit is worth in dollars: a number above 0, at most 1000, with nine decimals at most';
const hasNineDecimals = (number: number): boolean => Number(number.toFixed(9)) === number;

/** What one unit of a currency is worth, and the day of that. */
const rateValue = strictMapping({
  usd: z
    .number({ error: USD })
    .positive({ error: USD })
    .max(1000, { error: USD })
    .refine(hasNineDecimals, { error: USD }),
  date: z.iso.date({ error: 'must be a day such as 2026-11-20' }),
});

const route = strictMapping({
  provider: z.string(),
  model: z.string(),
  resolution: z.enum(RESOLUTIONS).optional(),
  off_peak: z.boolean().optional(),
  modes: z.array(z.enum(MODES)).min(1).optional(),
});

/** A public model: withdrawn, or of a family and served by these routes, first choice first. */
const modelValue = strictMapping({
  withdrawn: z.literal(true).optional(),
  family: z.string().optional(),
  routes: z.array(route).min(1).max(20).optional(),
});

/** Whether an operator may set this; `undefined` when so. `null` takes back what was set: only its name is looked at. */
export function checkOverride(shipped: Shipped, { kind, name, value }: Override): OverrideProblem | undefined {
  switch (kind) {
    case 'rate':
      return RATED.some((currency) => currency === name)
        ? fitting(rateValue, value)
        : { param: 'name', message: `name is ${JSON.stringify(name)}; it must be ${describeWords(RATED)}.` };
    case 'price':
      return checkPrice(shipped, name, value);
    case 'model':
      return checkModel(shipped, name, value);
    default:
      return kind satisfies never;
  }
}

const fitting = (schema: z.ZodType, value: unknown): OverrideProblem | undefined =>
  value === null ? undefined : misfitOf(schema, value);

function checkPrice({ providers }: Shipped, name: string, value: unknown): OverrideProblem | undefined {
  const names = providers.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`));
  if (!names.includes(name)) return unknownName(name, { names, what: 'provider and model of a vendor' });
  const provider = providers.find(({ id }) => id === name.split('/')[0]);
  return provider && fitting(provider.ownPrice, value);
}

const MODEL_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

function checkModel(shipped: Shipped, name: string, value: unknown): OverrideProblem | undefined {
  if (!MODEL_NAME.test(name)) {
    return {
      param: 'name',
      message: `name is ${shown(name)}; it must be 1 to 100 letters, digits, dots, dashes and underscores, a letter or digit first.`,
    };
  }
  if (value === null) return undefined;
  const parsed = modelValue.safeParse(value);
  if (!parsed.success) return misfitOf(modelValue, value);
  return parsed.data.withdrawn ? checkWithdrawn(shipped, name, parsed.data) : checkServed(shipped, name, parsed.data);
}

type ModelValue = z.infer<typeof modelValue>;

function checkWithdrawn({ models }: Shipped, name: string, value: ModelValue): OverrideProblem | undefined {
  const names = models.map(({ id }) => id);
  if (!names.includes(name)) return unknownName(name, { names, what: 'model that is offered' });
  const other = (['family', 'routes'] as const).find((field) => value[field] !== undefined);
  if (other === undefined) return undefined;
  return { param: `value.${other}`, message: `value.${other} has no meaning beside withdrawn; leave one of them out.` };
}

function checkServed({ providers, models }: Shipped, name: string, value: ModelValue): OverrideProblem | undefined {
  const families = [...new Set(models.map(({ family }) => family))];
  const { family, routes } = value;
  if (family === undefined || !families.includes(family)) {
    return {
      param: 'value.family',
      message: `value.family is ${shown(family)}; it must be ${describeWords(families)}.`,
    };
  }
  if (!routes) {
    return { param: 'value.routes', message: 'value.routes is nothing; it must be a list with at least 1 entry.' };
  }
  const wrongs = routes.map((one, index) => checkRoute(providers, one, `value.routes[${index}]`));
  return wrongs.find((problem) => problem !== undefined) ?? checkOffPeakName(name, routes);
}

type RouteValue = z.infer<typeof route>;

function checkRoute(providers: readonly Provider[], asked: RouteValue, param: string): OverrideProblem | undefined {
  const problem = (field: string, value: unknown, allowed: readonly string[]): OverrideProblem => ({
    param: `${param}.${field}`,
    message: `${param}.${field} is ${shown(value)}; it must be ${describeWords(allowed)}.`,
  });
  const ids = providers.map(({ id }) => id);
  const provider = providers.find(({ id }) => id === asked.provider);
  if (!provider) return problem('provider', asked.provider, ids);
  const model = provider.models.find(({ id }) => id === asked.model);
  if (!model) {
    const all = provider.models.map(({ id }) => id);
    return problem('model', asked.model, all);
  }
  const modes = MODES.filter((mode) => model.modes[mode] !== undefined);
  const foreign = asked.modes?.find((mode) => !modes.includes(mode));
  if (foreign !== undefined) return problem('modes', foreign, modes);
  const served = (asked.modes ?? modes).flatMap((mode) => model.modes[mode] ?? []);
  const tiers = RESOLUTIONS.filter((tier) => served.some(({ resolutions }) => resolutions.includes(tier)));
  if (asked.resolution !== undefined && !tiers.includes(asked.resolution))
    return problem('resolution', asked.resolution, tiers);
  return asked.off_peak === true && !served.some(({ offPeak }) => offPeak)
    ? problem('off_peak', true, ['false: this model has no off-peak hours'])
    : undefined;
}

/** Callers go by the name: it must not promise another price than it has. */
function checkOffPeakName(name: string, routes: readonly RouteValue[]): OverrideProblem | undefined {
  const says = name.endsWith('-offpeak');
  if (routes.every(({ off_peak }) => (off_peak ?? false) === says)) return undefined;
  const message = `name is ${shown(name)}; names of routes with off_peak end in -offpeak, and no others do.`;
  return { param: 'name', message };
}

function unknownName(
  name: string,
  { names, what }: { readonly names: readonly string[]; readonly what: string },
): OverrideProblem {
  const near = nearest(name, names, 3);
  const hint = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
  return { param: 'name', message: `name is ${shown(name)}, which is no ${what} here.${hint}` };
}

/** A rate that was checked. */
export function rateOf(name: string, value: Json): ExchangeRate | undefined {
  const currency = CURRENCIES.find((known) => known === name);
  const parsed = rateValue.safeParse(value);
  return currency && parsed.success ? { currency, ...parsed.data } : undefined;
}

/** What is offered, with the operator's models in place of those of their names. All were checked. */
export function offered(shipped: readonly PublicModel[], own: ReadonlyMap<string, Json>): readonly PublicModel[] {
  const kept = shipped.flatMap((model) => {
    const value = own.get(model.id);
    return value === undefined ? [model] : modelOf(model.id, value);
  });
  const names = new Set(shipped.map(({ id }) => id));
  const added = [...own].flatMap(([id, value]) => (names.has(id) ? [] : modelOf(id, value)));
  return [...kept, ...added];
}

function modelOf(id: string, value: Json): readonly PublicModel[] {
  const parsed = modelValue.safeParse(value);
  const { family, routes } = parsed.data ?? {};
  return family === undefined || !routes ? [] : [{ id, family, routes: routes.map(routeOf) }];
}

const routeOf = ({ provider, model, resolution, off_peak = false, modes }: RouteValue): Route => ({
  provider,
  model,
  fixed: resolution === undefined ? {} : { resolution },
  offPeak: off_peak,
  ...(modes && { modes }),
});
