import type { Database } from '../database.ts';
import { settledUntil, totalsUntil } from './booked-totals.ts';
import { compareNow } from './current-balances.ts';
import type { Drift } from './drift.ts';
import { checkGenerations, checkKeyDays } from './generation-checks.ts';

/** What was looked at, and what of it is not as it must be. */
export interface Verification {
  readonly transactions: number;
  readonly generations: number;
  readonly accounts: number;
  readonly keys: number;
  readonly drifts: readonly Drift[];
}

export interface VerifyOptions {
  /** Rows that one statement looks at: 5,000 generations take under a second on two busy cores, and no snapshot lasts longer. */
  readonly pageSize?: number;
  /** What is younger is read in one snapshot with the balances. */
  readonly marginSeconds?: number;
}

const PAGE = 5000;
/** Keys whose generations of a day one statement adds up. */
const KEYS_AT_ONCE = 50;
/** Clocks of machines that share a database differ by less. */
const MARGIN_SECONDS = 10;

/**
 * Re-derives all money from generations and evidence, while gateways go on working: entries that can change no more are
 * added up in pages, the rest in one snapshot with the balances. Changes nothing.
 */
export async function verifyLedger(
  database: Database,
  { pageSize = PAGE, marginSeconds = MARGIN_SECONDS }: VerifyOptions = {},
): Promise<Verification> {
  const drifts: Drift[] = [];
  const until = await settledUntil(database, marginSeconds);
  const totals = await totalsUntil(database, { until, pageSize, drifts });
  const { accounts, keys } = await compareNow(database, { totals, until, drifts });
  const generations = await checkGenerations(database, { pageSize, drifts });
  await checkKeyDays(database, { pageSize: Math.min(pageSize, KEYS_AT_ONCE), drifts });
  return { transactions: totals.transactions, generations, accounts, keys, drifts };
}
