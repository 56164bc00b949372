import { prefixedId } from '../../domain/prefixed-id.ts';
import type { ProjectRef } from './project.ts';

export const ENTRY_ID = prefixedId('ent');
export const TRANSACTION_ID = prefixedId('txn');

/** One entry of the ledger, with the transaction that it belongs to. */
export interface LedgerLine {
  readonly id: bigint;
  readonly transactionId: bigint;
  /** Unix seconds, with fraction. */
  readonly at: number;
  readonly kind: string;
  readonly cause: string;
  readonly livemode: boolean;
  /** Absent: an account of the operator. */
  readonly project?: { readonly id: bigint; readonly name: string };
  readonly account: string;
  readonly amountMicros: bigint;
  readonly generationId?: bigint;
}

export interface LedgerFilter {
  readonly project?: ProjectRef;
  readonly livemode?: boolean;
  /** Unix seconds: from, and before. */
  readonly from?: number;
  readonly to?: number;
  readonly after?: bigint;
}

export interface LedgerLines {
  /** Lines in order of their ids, in chunks, each a statement of its own: no snapshot lasts as long as the export. */
  read(filter: LedgerFilter): AsyncIterable<readonly LedgerLine[]>;
}
