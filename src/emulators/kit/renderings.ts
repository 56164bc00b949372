import type { Inputs } from './inputs.ts';
import type { Log, Rendering, RenderSpec, Studio, StudioInput } from './ports.ts';
import type { EmulatorStore } from './store.ts';
import { type KeptInput, type Recipe, readTask, type Task } from './task.ts';

/** Another process gets this long after the planned end before this one renders too. */
const RESCUE_AFTER_MS = 3000;

export interface RenderingsOptions {
  readonly store: EmulatorStore;
  readonly studio: Studio;
  readonly inputs: Inputs;
  readonly log: Log;
  /** Cheap fixed clips instead of drawn ones, for load tests. */
  readonly stock: boolean;
}

/** Makes the videos of tasks: in the background from their creation on, and again by whoever is asked for the file. */
export function createRenderings({ store, studio, inputs, log, stock }: RenderingsOptions) {
  const underway = new Map<string, Promise<void>>();
  const keyOf = (task: Task): string => `${task.vendor}\n${task.id}`;

  async function inputOf(kept: KeptInput | undefined): Promise<StudioInput | undefined> {
    return kept === undefined ? undefined : inputs.open(kept);
  }

  async function specOf(recipe: Recipe): Promise<RenderSpec> {
    const { first, last, source, references, watermark, music, ...plain } = recipe;
    const { image, ...markWords } = watermark ?? { text: '', position: 'top-left' };
    const [firstInput, lastInput, sourceInput, markInput] = await Promise.all(
      [first, last, source, image].map(inputOf),
    );
    return {
      ...plain,
      ...(firstInput && { first: firstInput }),
      ...(lastInput && { last: lastInput }),
      ...(sourceInput && { source: sourceInput }),
      ...(references && { references: await Promise.all(references.map((kept) => inputs.open(kept))) }),
      ...(watermark && { watermark: { ...markWords, ...(markInput && { image: markInput }) } }),
      ...(music !== undefined && { music }),
      ...(stock && { stock }),
    };
  }

  const render = async (recipe: Recipe): Promise<Rendering> => studio.render(await specOf(recipe));

  async function mark(task: Task, verdict: 'done' | 'failed'): Promise<void> {
    for (;;) {
      const row = await store.get(task.vendor, task.id);
      if (row === undefined) return;
      const { doc } = readTask(row);
      if (doc.render !== 'pending') return;
      if (await store.replace({ ...row, doc: { ...doc, render: verdict } }, row.version)) return;
    }
  }

  async function makeAll(task: Task): Promise<void> {
    try {
      for (const recipe of task.doc.recipes) await render(recipe);
      await mark(task, 'done');
    } catch (error) {
      // This process ends; the task stays as it is, for another one to make.
      if (error instanceof Error && 'code' in error && error.code === 'closed') return;
      log('emulator.render_failed', { vendor: task.vendor, id: task.id, error: String(error) });
      await mark(task, 'failed');
    }
  }

  function begin(task: Task): void {
    if (task.doc.render !== 'pending' || underway.has(keyOf(task))) return;
    const work = makeAll(task)
      .catch((error: unknown) => log('emulator.store_failed', { id: task.id, error: String(error) }))
      .finally(() => underway.delete(keyOf(task)));
    underway.set(keyOf(task), work);
  }

  return {
    /** Starts rendering a new task and returns at once. */
    begin,
    /** To be called at every look: takes over a task whose process died before its video was made. */
    rescue(task: Task, nowMs: number): void {
      if (nowMs > task.doc.plan.endMs + RESCUE_AFTER_MS) begin(task);
    },
    /**
     * The files of one of the task's videos, rendered again when the cache lost them; `remade` gives those of another seed.
     * Rejects when that fails.
     */
    async open(task: Task, index: number, { remade = false } = {}): Promise<Rendering | undefined> {
      const recipe = task.doc.recipes[index];
      if (recipe === undefined) return undefined;
      return render(remade ? { ...recipe, seed: recipe.seed + 1 } : recipe);
    },
    /** Waits for everything that this process renders. */
    async idle(): Promise<void> {
      await Promise.all(underway.values());
    },
  };
}
export type Renderings = ReturnType<typeof createRenderings>;
