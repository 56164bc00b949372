import type { Gate } from '../application/context.ts';

/** A gate with room for so many bytes. What weighs more than the whole room goes alone. */
export function openGate(capacityBytes: number): Gate {
  let held = 0;
  const line: { readonly weight: number; readonly enter: () => void }[] = [];

  const admit = (): void => {
    for (let next = line[0]; next && held + next.weight <= capacityBytes; next = line[0]) {
      line.shift();
      held += next.weight;
      next.enter();
    }
  };

  return {
    hold: async (weightBytes, work) => {
      const weight = Math.min(weightBytes, capacityBytes);
      await new Promise<void>((resolve) => {
        line.push({ weight, enter: resolve });
        admit();
      });
      try {
        return await work();
      } finally {
        held -= weight;
        admit();
      }
    },
  };
}
