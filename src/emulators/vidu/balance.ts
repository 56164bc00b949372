/** GET /credits. Source: Vidu: get account info. */
import type { Task } from '../kit/task.ts';
import { phaseAt } from '../kit/timeline.ts';

const BOUGHT_CREDITS = 1_000_000;
const BOUGHT_AT = '2026-01-01T00:00:00Z';
const VALID_TO = '2099-12-31T23:59:59Z';
const REFUNDED = ['failed', 'blocked', 'cancelled', 'expired'];

export interface Account {
  readonly id: string;
  /** Every task it ever made. */
  readonly tasks: readonly Task[];
  readonly concurrency: number;
  readonly showDetail: boolean;
}

/** What is left, what runs, and with `showDetail` the one package that the account bought. */
export function balanceOf({ id, tasks, concurrency, showDetail }: Account, nowMs: number): Record<string, unknown> {
  const phases = tasks.map(({ doc }) => phaseAt(doc, nowMs));
  const paid = tasks.filter((_, at) => !REFUNDED.includes(phases[at] ?? ''));
  const spent = paid.reduce((sum, { doc }) => sum + doc.bill.amount, 0);
  const credit_remain = Math.max(0, BOUGHT_CREDITS - spent);
  const remain = {
    type: 'metered',
    credit_remain,
    concurrency_limit: concurrency,
    current_concurrency: phases.filter((phase) => phase === 'running').length,
    queue_count: phases.filter((phase) => phase === 'accepted' || phase === 'waiting').length,
  };
  const bought = {
    id: `package-${id}`,
    name: 'Emulated credits',
    type: 'metered',
    concurrency,
    credit_amount: BOUGHT_CREDITS,
    credit_remain,
    created_at: BOUGHT_AT,
    purchase_at: BOUGHT_AT,
    valid_from: BOUGHT_AT,
    valid_to: VALID_TO,
  };
  return { remains: [remain], packages: showDetail ? [bought] : [] };
}
