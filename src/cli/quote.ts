import { dollars } from '../domain/money.ts';
import type { Output } from './output.ts';
import type { RemoteQuote } from './remote-quote.ts';

const SIGNS: Readonly<Record<string, string>> = { USD: '$', CNY: '¥' };

/** `onereel generate --quote`: what it would cost, and of what each way's price is made. */
export function sayQuote(quote: RemoteQuote, output: Output): void {
  const { model, mode, held_micros: held, expected_micros: expected, markup } = quote;
  const rule = expected === held ? '' : `, ${dollars(expected)} as a rule`;
  output.say(`Quote     ${dollars(held)} at most${rule} (${model}, ${mode}). Nothing was made.`);
  for (const route of quote.routes) output.say(`          ${madeOf(route, markup)}`);
  for (const { message } of quote.warnings) output.say(`Warning   ${message}`);
  output.result(quote.raw);
}

function madeOf(route: RemoteQuote['routes'][number], markup: number): string {
  const { provider, units, unit_price: price, cost, rate, held_micros: held } = route;
  const per = price.per === 1 ? '' : ` a ${price.per === 1_000_000 ? 'million' : price.per}`;
  const bill = `${units.most} ${price.unit}s at ${money(price)}${per} (${price.date}) = ${money(cost)}`;
  const factors = [...(cost.currency === 'USD' ? [] : [`$${rate.usd}`]), ...(markup === 1 ? [] : [String(markup)])];
  return `${provider}: ${bill}${factors.length > 0 ? ` x ${factors.join(' x ')} = ${dollars(held)}` : ''}`;
}

const money = ({ currency, micros }: { readonly currency: string; readonly micros: number }): string =>
  dollars(micros).replace('$', () => SIGNS[currency] ?? `${currency} `);
