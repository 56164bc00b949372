import type { AccountState } from '../../application/account-state.ts';
import type { CreditsAnswer } from './schemas.ts';

const MICROS_PER_CREDIT = 5_000;
/** Nothing is limited: a figure that no client takes for too little. */
const PLENTY = 100_000_000;
const NO_END = '9999-12-31T00:00:00Z';

/** A credit costs the project its markup too. */
function remaining(availableMicros: number | undefined, markup: number): number {
  if (availableMicros === undefined || markup === 0) return PLENTY;
  return Math.min(PLENTY, Math.max(0, Math.floor(availableMicros / (MICROS_PER_CREDIT * markup))));
}

/**
 * What a project may spend, as Vidu's account page has it (Vidu: get account info). Where nothing was granted nothing is
 * limited: one package says so. The concurrency is that of the vendor's channels, which all projects share.
 */
export function renderCredits(
  account: AccountState,
  {
    livemode,
    markup,
    showDetail,
  }: { readonly livemode: boolean; readonly markup: number; readonly showDetail: boolean },
): CreditsAnswer {
  const { availableMicros, running, queued, concurrency } = account;
  const type = livemode ? 'metered' : 'test';
  const remain = remaining(availableMicros, markup);
  const since = new Date(Math.floor(account.projectCreatedAt) * 1000).toISOString();
  const unlimited = livemode
    ? 'No limit is set; vendors bill the operator'
    : 'Test credits: no limit, and nothing is billed';
  return {
    remains: [
      {
        type,
        credit_remain: remain,
        concurrency_limit: concurrency,
        current_concurrency: running,
        queue_count: queued,
      },
    ],
    packages: showDetail
      ? [
          {
            id: String(account.projectId),
            name: availableMicros === undefined ? unlimited : 'Granted by the operator',
            type,
            concurrency,
            credit_amount: remain,
            credit_remain: remain,
            ...{ created_at: since, purchase_at: since, valid_from: since, valid_to: NO_END },
          },
        ]
      : [],
  };
}
