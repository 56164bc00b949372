import type { Json } from './json.ts';
import { type Cost, type Currency, ceilMicros } from './money.ts';

export const BILLED_UNITS = ['credit', 'token', 'second'] as const;

/** What a vendor asks for what it counts in. */
export interface UnitPrice {
  readonly currency: Currency;
  /** Micro-units of the currency for `per` units: whole. */
  readonly micros: number;
  readonly unit: (typeof BILLED_UNITS)[number];
  readonly per: number;
  /** The day the price was read, or is from (ISO). */
  readonly date: string;
  /** The vendor's list, or what the operator set instead. */
  readonly origin: 'list' | 'operator';
}

/** How a vendor's bill for a request comes about. A generation keeps it: later prices change nothing of what was quoted. */
export interface CostBasis {
  readonly price: UnitPrice;
  /** The most that may be billed: credits, tokens or seconds. */
  readonly units: number;
  /** What is billed as a rule. */
  readonly expectedUnits: number;
  /** What the vendor's formula was given, under names of its own. */
  readonly inputs: Readonly<Record<string, Json>>;
}

/** What the vendor bills for so many units, rounded up to a micro-unit of its currency. */
export const costOfUnits = ({ currency, micros, per }: UnitPrice, units: number): Cost => ({
  currency,
  // The product of whole numbers below 2^53 is exact.
  micros: ceilMicros((units * micros) / per),
});
