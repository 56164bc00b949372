import { prefixedId } from '../../domain/prefixed-id.ts';
import type { Change, Page, PageWish } from './change.ts';
import type { ProjectRef } from './project.ts';

export const KEY_ID = prefixedId('key');

export const KEY_KINDS = ['live', 'test', 'admin'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What a key may do. Null is no limit; amounts in micro-dollars, times in unix seconds. */
export interface KeyLimits {
  /** Patterns of names; `*` stands for any characters. */
  readonly models: readonly string[] | null;
  readonly expiresAt: number | null;
  readonly budgetMicros: number | null;
  /** Of a day (UTC), by the day of the hold. */
  readonly dailyBudgetMicros: number | null;
  readonly perMinute: number | null;
  readonly inFlight: number | null;
  /** Addresses and networks that callers may come from. */
  readonly sources: readonly string[] | null;
}

export interface ApiKey extends KeyLimits {
  readonly id: bigint;
  readonly kind: KeyKind;
  /** Absent for admin keys. */
  readonly project?: { readonly id: bigint; readonly name: string };
  readonly name: string;
  /** Its last characters. */
  readonly hint: string;
  readonly createdAt: number;
  readonly revokedAt?: number;
  /** What counts against its limits now. */
  readonly use: { readonly committedMicros: number; readonly todayMicros: number; readonly inFlight: number };
}

export interface NewKey extends KeyLimits {
  readonly kind: KeyKind;
  readonly project?: ProjectRef;
  readonly name: string;
}

export interface KeyFilter extends PageWish {
  readonly project?: ProjectRef;
}

/** Keys. Every change is one transaction with its line in the audit log. Throws Refusals. */
export interface KeyStore {
  /** `secret` is stored as its hash only. */
  create(key: NewKey, secret: string, change: Change): Promise<ApiKey>;
  find(id: bigint): Promise<ApiKey>;
  list(filter: KeyFilter): Promise<Page<ApiKey>>;
  update(id: bigint, changes: Partial<KeyLimits & { readonly name: string }>, change: Change): Promise<ApiKey>;
  /** From its commit on no create with the key is accepted. */
  revoke(id: bigint, change: Change): Promise<ApiKey>;
}
