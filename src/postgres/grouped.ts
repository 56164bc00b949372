/** Calls that come in one turn of the event loop, or while a lane is busy, are done together. */
export interface GroupOptions<Item, Result> {
  /** Answers one result for each item, in order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly most: number;
  /** Groups that run at once. */
  readonly lanes: number;
  /** A group that failed for this reason is not made again one by one. */
  readonly isFinal: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes one call of many: each caller gets its own result, and one that fails fails no neighbour. */
export function grouped<Item, Result>(options: GroupOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let busy = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || busy >= options.lanes || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const group = waiting.splice(0, options.most);
      if (group.length === 0) return;
      busy += 1;
      void runGroup(options, group).finally(() => {
        busy -= 1;
        schedule();
      });
      schedule();
    });
  };
  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

async function runGroup<Item, Result>(
  options: GroupOptions<Item, Result>,
  group: readonly Waiting<Item, Result>[],
): Promise<void> {
  try {
    const results = await options.run(group.map(({ item }) => item));
    group.forEach(({ resolve, reject }, index) => {
      const result = results[index];
      if (result === undefined) reject(new Error('a group answered too little'));
      else resolve(result);
    });
  } catch (error) {
    if (group.length === 1 || options.isFinal(error)) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const one of group) await runGroup(options, [one]);
  }
}
