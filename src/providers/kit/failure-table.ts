import type { FailureCode } from '../../domain/failure.ts';
import type { HttpResponse } from '../../domain/http.ts';
import type { Observation } from '../../domain/provider.ts';
import { unanswered, type VendorError, vendorWords } from './unanswered.ts';

/** What one error code of a vendor means. A vendor's `failures.ts` is a table of these, one row per documented code. */
export interface FailureRow {
  /** HTTP statuses that the code is documented with. */
  readonly status: readonly number[];
  /** Answering a submit. `not-now`: surely not started, later may work. `unknown`: the work may have started. */
  readonly onSubmit: FailureCode | 'not-now' | 'unknown';
  /** As the reason of work that ended without a video. */
  readonly inTask: FailureCode | 'cancelled';
}

export type FailureTable = Readonly<Record<string, FailureRow>>;

/** The row of a code, else of the code without its last dotted parts: `A.B.C`, `A.B`, `A`. */
export function rowOf(table: FailureTable, code: string): FailureRow | undefined {
  if (Object.hasOwn(table, code)) return table[code];
  const dot = code.lastIndexOf('.');
  return dot > 0 ? rowOf(table, code.slice(0, dot)) : undefined;
}

/** Statuses that do not say whether the work was taken: request timeout, conflict, too early, closed by the client. */
const UNDECIDED = new Set([408, 409, 425, 499]);

interface Refusal {
  readonly response: HttpResponse;
  /** The status that counts: a vendor may hide it inside a 200. */
  readonly status: number;
  /** Absent when the body was not the vendor's error envelope. */
  readonly error: VendorError | undefined;
  readonly row: FailureRow | undefined;
}

/**
 * The meaning of an error that answers a submit (engine rules, section 3): a documented refusal by status and code is a
 * verdict; 429 says that nothing started; every other word of a stranger may hide work that did.
 */
export function refusedSubmit({ response, status, error, row }: Refusal): Observation<never> {
  const failed = (code: FailureCode): Observation<never> => ({
    state: 'failed',
    failure: { code, vendor: vendorWords(response, error) },
  });
  if (row?.status.includes(status)) {
    if (row.onSubmit === 'not-now') return unanswered(response, { started: 'no', error });
    if (row.onSubmit === 'unknown') return unanswered(response, { started: 'maybe', error });
    return failed(row.onSubmit);
  }
  if (status === 429) return unanswered(response, { started: 'no', error });
  if (error === undefined || status < 400 || status >= 500 || UNDECIDED.has(status))
    return unanswered(response, { started: 'maybe', error });
  return failed(status === 401 || status === 403 ? 'vendor_account' : 'vendor_failed');
}

/** The meaning of a code inside work that failed; an unknown one is the vendor's failure. */
export function failedTask({
  response,
  error,
  row,
  vendorState,
}: {
  readonly response: HttpResponse;
  readonly error: VendorError | undefined;
  readonly row: FailureRow | undefined;
  readonly vendorState: string;
}): Observation<never> {
  const code = row?.inTask ?? 'vendor_failed';
  if (code === 'cancelled') return { state: 'cancelled', vendorState };
  return { state: 'failed', vendorState, failure: { code, vendor: vendorWords(response, error) } };
}
