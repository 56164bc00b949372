import type { EmulatorContext } from './context.ts';
import type { FaultRule } from './faults.ts';
import { magicOf } from './magic.ts';
import { type Recipe, readTask, type Task, type TaskDoc } from './task.ts';
import { type PlanWish, planFrom, wishedTimes } from './timeline.ts';

/** An accepted request, before it has a plan. */
export interface NewTask {
  readonly vendor: string;
  readonly id: string;
  readonly account: string;
  readonly nowMs: number;
  readonly model: string;
  readonly prompt: string;
  readonly tag: string;
  readonly bill: TaskDoc['bill'];
  readonly recipes: readonly Recipe[];
  readonly wire: Record<string, unknown>;
  readonly pace: number;
  readonly waitingSeconds?: number;
  readonly expiresAfterSeconds?: number;
}

/** The prompts of recipes with other pixels than asked, for the fault `wrong-size`. */
const shrunken = (recipe: Recipe): Recipe => ({
  ...recipe,
  width: 320,
  height: recipe.width > recipe.height ? 180 : 568,
});

function planWish(task: NewTask, speed: number): PlanWish {
  const first = task.recipes[0];
  return {
    ...task,
    seconds: first?.seconds ?? 5,
    pixels: first === undefined ? 0 : first.width * first.height,
    speed,
    magic: magicOf(task.prompt),
  };
}

async function planOf(context: EmulatorContext, task: NewTask, fault: FaultRule | undefined): Promise<TaskDoc['plan']> {
  const wish = planWish(task, context.options.speed);
  const concurrency = context.limits.concurrency[task.vendor] ?? 1;
  const startMs = await context.book({ ...task, ...wishedTimes(wish), concurrency });
  const plan = planFrom(wish, startMs);
  const lateMs = fault?.kind === 'late' ? (fault.seconds ?? 10) * 1000 : 0;
  const outcome = fault?.kind === 'no-video' ? 'missing' : plan.outcome;
  return { ...plan, outcome, endMs: plan.endMs + lateMs };
}

/** Books a slot, stores the task, starts its rendering. The caller has refused already what the vendor would refuse. */
export async function createTask(context: EmulatorContext, task: NewTask, fault: FaultRule | undefined): Promise<Task> {
  const { vendor, id, account, nowMs: createdAtMs, model, prompt, tag, bill, wire } = task;
  const plan = await planOf(context, task, fault);
  const wanted = fault?.kind === 'wrong-size' ? task.recipes.map(shrunken) : [...task.recipes];
  const recipes = plan.outcome === 'success' ? wanted : [];
  const doc: TaskDoc = { model, prompt, tag, bill, wire, plan, recipes, render: 'pending' };
  const row = { vendor, id, account, createdAtMs, doc };
  if (!(await context.store.insert(row))) throw new Error(`task ${id} exists already`);
  const stored = readTask({ ...row, version: 1 });
  if (plan.outcome === 'success') context.renderings.begin(stored);
  return stored;
}
