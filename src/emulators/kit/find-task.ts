import type { EmulatorContext } from './context.ts';
import { readTask, type Task, type TaskDoc } from './task.ts';

/** Whose task is looked for. */
export interface TaskKey {
  readonly vendor: string;
  readonly id: string;
  /** Absent where a signed link stands for the account. */
  readonly account?: string;
}

/** A task of that account that was not deleted; takes over its rendering if its process died. */
export async function findTask(context: EmulatorContext, key: TaskKey, nowMs: number): Promise<Task | undefined> {
  const row = await context.store.get(key.vendor, key.id);
  if (row === undefined || (key.account !== undefined && row.account !== key.account)) return undefined;
  const task = readTask(row);
  if (task.doc.deletedMs !== undefined) return undefined;
  if (task.doc.plan.outcome === 'success') context.renderings.rescue(task, nowMs);
  return task;
}

const PAGE = 500;

/** Every task of an account within a time window, newest first, deleted ones left out. */
export async function listTasks(
  context: EmulatorContext,
  query: { readonly vendor: string; readonly account?: string; readonly fromMs: number; readonly toMs: number },
): Promise<readonly Task[]> {
  const found: Task[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const rows = await context.store.list(query.vendor, { ...query, limit: PAGE, offset });
    found.push(...rows.map(readTask).filter((task) => task.doc.deletedMs === undefined));
    if (rows.length < PAGE) return found;
  }
}

/** Changes a task's document if `change` gives one; compare-and-set, so `change` always sees the newest. Gives the newest. */
export async function changeTask(
  context: EmulatorContext,
  key: { readonly vendor: string; readonly id: string },
  change: (doc: TaskDoc) => TaskDoc | undefined,
): Promise<boolean> {
  for (;;) {
    const row = await context.store.get(key.vendor, key.id);
    const next = row === undefined ? undefined : change(readTask(row).doc);
    if (row === undefined || next === undefined) return false;
    if (await context.store.replace({ ...row, doc: next }, row.version)) return true;
  }
}
