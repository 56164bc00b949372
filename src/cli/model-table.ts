import type { ModelDescription } from '../application/model-description.ts';
import { dollars } from '../domain/money.ts';
import { ranges, table } from './figures.ts';

/** The models as lines: name, modes, seconds, sizes, price. */
export function modelTable(models: readonly ModelDescription[]): readonly string[] {
  if (models.length === 0) return [];
  return table([['MODEL', 'MODES', 'SECONDS', 'SIZES', 'PRICE'], ...models.map(row)]);
}

function row(model: ModelDescription): readonly string[] {
  const { extend, ...making } = model.modes;
  // What an extension adds is a length of another kind.
  const seconds = union(Object.values(making).map(({ duration }) => duration.allowed)).sort((a, b) => a - b);
  const sizes = union(Object.values(model.modes).map(({ size }) => size.allowed));
  return [model.id, Object.keys(model.modes).join(' '), ranges(seconds), sizes.join(' '), priceOf(model)];
}

const union = <T>(lists: readonly (readonly T[])[]): T[] => [...new Set(lists.flat())];

const UNITS = { second: 's', million_tokens: 'million tokens', generation: 'video' } as const;

/** The span of what the first vendor takes. The whole list is in docs/models.md and in `--json`. */
function priceOf({ prices, served_by }: ModelDescription): string {
  const lines = prices.filter(({ provider }) => provider === served_by[0]?.provider);
  const [first] = lines;
  if (!first) return '';
  const amounts = lines.map(({ micros }) => micros);
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
  const shown = (micros: number): string =>
    first.currency === 'USD' ? dollars(micros) : `${dollars(micros).slice(1)} ${first.currency}`;
  return `${least === most ? shown(least) : `${shown(least)}–${shown(most)}`} / ${UNITS[first.per]}`;
}
