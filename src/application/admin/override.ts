import type { Json } from '../../domain/json.ts';
import { prefixedId } from '../../domain/prefixed-id.ts';
import type { OverrideKind } from '../overrides.ts';
import type { Change, Page, PageWish } from './change.ts';

export const OVERRIDE_ID = prefixedId('ovr');

/** What an operator set in place of what is shipped. */
export interface Override {
  readonly id: bigint;
  readonly kind: OverrideKind;
  readonly name: string;
  /** Null: from then on as the file or this version has it. */
  readonly value: Json;
  /** Unix seconds. */
  readonly effectiveAt: number;
  readonly createdAt: number;
  readonly status: 'scheduled' | 'in_force' | 'replaced';
}

export interface OverrideWish {
  readonly kind: OverrideKind;
  readonly name: string;
  readonly value: Json;
  /** Now when absent. */
  readonly effectiveAt?: number;
}

export interface OverrideFilter extends PageWish {
  readonly kind: OverrideKind;
  /** Those that were replaced, too. */
  readonly isHistory: boolean;
}

/** Prices, rates and models. Every change is one transaction with its line in the audit log. Throws Refusals. */
export interface OverrideStore {
  set(wish: OverrideWish, change: Change): Promise<Override>;
  list(filter: OverrideFilter): Promise<Page<Override>>;
  /** Only of what has not come into force yet. */
  cancel(kind: OverrideKind, id: bigint, change: Change): Promise<Override>;
}
