import type { EmulatorContext } from './context.ts';
import { readTask, type Task, type TaskDoc } from './task.ts';

/** One created task as it really is, whatever the vendor's answers said. */
export interface Truth {
  readonly vendor: string;
  readonly id: string;
  readonly account: string;
  readonly tag: string;
  readonly model: string;
  readonly prompt: string;
  readonly createdAtMs: number;
  readonly polls: number;
  readonly downloads: number;
  /** In the vendor's own word. */
  readonly state: string;
  readonly deleted: boolean;
  /** What the vendor bills for it by now; 0 when it failed, was blocked or cancelled. */
  readonly bills: { readonly unit: string; readonly amount: number };
}

/** The vendor's word for a task's state, and whether it is billed in that state. */
export type Describe = (doc: TaskDoc, nowMs: number) => { readonly state: string; readonly billed: boolean };

const PAGE = 500;

async function truthOf(context: EmulatorContext, task: Task, describe: Describe): Promise<Truth> {
  const { vendor, id, account, createdAtMs, doc } = task;
  const counts = await context.store.counts(vendor, id);
  const { state, billed } = describe(doc, await context.store.now());
  return {
    vendor,
    id,
    account,
    tag: doc.tag,
    model: doc.model,
    prompt: doc.prompt,
    createdAtMs,
    polls: counts['polls'] ?? 0,
    downloads: counts['downloads'] ?? 0,
    state,
    deleted: doc.deletedMs !== undefined,
    bills: { unit: doc.bill.unit, amount: billed ? doc.bill.amount : 0 },
  };
}

/** Every task a vendor ever took, oldest first, deleted ones included. */
export async function truthsOf(
  context: EmulatorContext,
  vendor: string,
  describe: Describe,
): Promise<readonly Truth[]> {
  const found: Truth[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const rows = await context.store.list(vendor, { limit: PAGE, offset });
    for (const row of rows) found.push(await truthOf(context, readTask(row), describe));
    if (rows.length < PAGE) return found.reverse();
  }
}
