import type { ModelDescription } from '../../src/application/model-description.ts';
import type { OpenRoute } from '../../src/domain/catalogue.ts';
import type { PriceLine } from '../../src/domain/provider.ts';
import { RESOLUTIONS } from '../../src/domain/request.ts';
import { code, groupBy, table } from './markdown.ts';

const SIGNS = { USD: '$', CNY: '¥' } as const;
const UNITS = { second: 'a second', million_tokens: 'a million tokens', generation: 'a video' } as const;

/** $7, $0.10, $0.045 */
function amount({ currency, micros }: Pick<PriceLine, 'currency' | 'micros'>): string {
  const [whole, fraction = ''] = String(micros / 1_000_000).split('.');
  return `${SIGNS[currency]}${whole}${fraction === '' ? '' : `.${fraction.padEnd(2, '0')}`}`;
}

/** What a price depends on besides the size, which stands first. */
const conditionOf = (when: string): string => when.replace(/^[^,]*, /, '').replace(/, off-peak$/, '');

/** What the first choice of a model costs, where its name has a size: equal amounts once. */
export function priceAtFirst({ served_by, prices, modes }: ModelDescription): string {
  if (Object.values(modes).some(({ size }) => size.allowed.length > 1)) return 'by size, below';
  const mine = prices.filter(({ provider }) => provider === served_by[0]?.provider);
  return groupBy(mine, (price) => `${amount(price)} ${UNITS[price.per]}`)
    .map((group) => {
      const shown = `${amount(group[0])} ${UNITS[group[0].per]}`;
      return group.length === mine.length
        ? shown
        : `${shown} (${group.map(({ when }) => conditionOf(when)).join(', ')})`;
    })
    .join(', ');
}

/** The whole price lists of the vendors behind some routes, each with its page and date. */
export const priceLists = (routes: readonly OpenRoute[]): string =>
  groupBy(routes, ({ provider }) => provider.id)
    .map((ofProvider) => priceList(ofProvider))
    .join('\n\n');

function priceList(routes: readonly [OpenRoute, ...OpenRoute[]]): string {
  const [{ provider }] = routes;
  const models = groupBy(routes, ({ model }) => model.id).map(([{ model }]) => model);
  const lines = models.flatMap((model) => provider.prices(model).map((price) => ({ model: model.id, price })));
  const sizes = RESOLUTIONS.filter((size) => lines.some(({ price }) => price.resolutions.includes(size)));
  const sources = new Set(lines.map(({ price }) => `${price.page}, read on ${price.date}`));
  const units = new Set(lines.map(({ price }) => UNITS[price.per]));
  const rows = groupBy(lines, ({ model, price }) => `${model} ${conditionOf(price.when)} ${price.offPeak}`).map(
    (group) => {
      const [{ model, price }] = group;
      const cells = sizes.map((size) => group.find((line) => line.price.resolutions.includes(size))?.price);
      const when = `${conditionOf(price.when)}${price.offPeak ? ', off-peak' : ''}`;
      return [code(model), when, ...cells.map((cell) => (cell ? amount(cell) : ''))];
    },
  );
  return [
    `**${provider.name}** (${code(provider.id)}), in ${provider.currency} ${[...units].join(' or ')}. Source: ${[...sources].join('; ')}.`,
    table(['Vendor’s model', 'When', ...sizes], rows),
  ].join('\n\n');
}
