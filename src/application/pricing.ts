import type { Json } from '../domain/json.ts';
import type { Currency, ExchangeRate } from '../domain/money.ts';

/** What the operator has set about money, as it is in force now. */
export interface Pricing {
  /** `undefined`: none is set, and nothing that is billed in this currency can be priced. Not asked for dollars. */
  rate(currency: Currency): ExchangeRate | undefined;
  /**
   * The operator’s own price of a vendor’s model, which fits its provider’s `ownPrice`; `undefined`: the list’s. `unusable`:
   * one is set that this version cannot read. Nothing is priced by the list then: it may be too little.
   */
  own(provider: string, model: string): { readonly price: Json } | 'unusable' | undefined;
}
