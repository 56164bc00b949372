/** Money is an integer of micro-units: 1 000 000 micro-dollars are one dollar. */
export type MicroUsd = number & { readonly unit: 'micro-usd' };

export const CURRENCIES = ['USD', 'CNY'] as const;
export type Currency = (typeof CURRENCIES)[number];

/** What a vendor bills, in the vendor's own currency. `micros` is an integer. */
export interface Cost {
  readonly currency: Currency;
  readonly micros: number;
}

/** What one unit of a currency is worth in dollars, as configured, and since when (ISO date). */
export interface ExchangeRate {
  readonly currency: Currency;
  readonly usd: number;
  readonly date: string;
}

/** Throws on a fraction, a negative or an unsafe integer: such an amount is a bug, never a price. */
export function microUsd(amount: number): MicroUsd {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`not an amount of micro-dollars: ${amount}`);
  return amount as MicroUsd; // the brand's own constructor, checked above
}

/** Rounded up to a whole micro-unit. Kills the noise of binary fractions first, so that 0.1 + 0.2 does not cost a micro more. */
export const ceilMicros = (amount: number): number => Math.ceil(Math.round(amount * 1e6) / 1e6);

/** Rates and markups have nine decimals at most. */
const BILLION = 1_000_000_000n;
const billionths = (factor: number): bigint => BigInt(Math.round(factor * Number(BILLION)));

/**
 * Price = cost x rate x markup, rounded up to the micro-dollar once. Exact: no binary fraction takes part. The rate of
 * dollars is 1 by definition; rate and markup count to nine decimals.
 */
export function priceOf(
  { micros }: Pick<Cost, 'micros'>,
  { usdPerUnit, markup = 1 }: { readonly usdPerUnit: number; readonly markup?: number | undefined },
): MicroUsd {
  const exact = BigInt(micros) * billionths(usdPerUnit) * billionths(markup);
  const one = BILLION * BILLION;
  return microUsd(Number((exact + one - 1n) / one));
}

/** An amount for people: "$1.25", with as many more decimals as it has. Millionths are the smallest. */
export function dollars(micros: number): string {
  const digits = Math.abs(micros).toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${micros < 0 ? '-' : ''}$${digits.slice(0, -6)}.${fraction}`;
}
