/** What `onereel ledger verify` looks at, by name, and what must hold. */
export const CHECKS = {
  transactions_balance: 'the entries of every ledger transaction add up to nothing',
  transactions_fit_their_kind: 'a transaction moves money between accounts of its kind, of one project and one world',
  accounts_match_entries: 'the balance of every account is the sum of its entries',
  accounts_above_floor: 'no account is below its floor',
  holds_match_generations: 'what a project has held is what its open generations hold',
  one_hold_one_close: 'every generation was held once; an ended one was closed once, an open one never',
  entries_match_generations: 'the entries of a generation are what its state and its settled amount say',
  settled_from_evidence: 'what was settled is the vendor’s cost at the quoted rate, at most the hold',
  costs_match_evidence: 'a vendor’s cost is recorded for every completed generation, as the vendor reported it',
  losses_match_evidence: 'what a vendor billed for nothing is booked as the operator’s loss',
  keys_match_generations: 'what a key has committed and in flight is what its generations say',
  key_days_match_generations: 'what a key has committed of its day is what the generations of that day say',
  open_generations_are_worked_on: 'an open generation waits or has an open attempt, an ended one neither',
} as const;

export type CheckName = keyof typeof CHECKS;

/** Something of the books that is not as it must be. `subject` names the row, such as "generation 12". */
export interface Drift {
  readonly check: CheckName;
  readonly subject: string;
  readonly message: string;
}
