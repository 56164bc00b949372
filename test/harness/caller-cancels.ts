import { cancelGeneration } from '../../src/application/cancel-generation.ts';
import { wishCancel } from '../../src/postgres/attempts/cancel.ts';
import type { EngineWorld } from './engine-world.ts';

export interface CancelPace {
  /** While the caller waits. The engine takes a step by default. */
  readonly meanwhile?: () => Promise<unknown>;
  /** Between a wish and the vendor: the process ends here when it throws. */
  readonly beforeVendor?: () => Promise<void>;
  /** How long each reading of the clock takes, in seconds. */
  readonly tick?: number;
}

/** The caller's cancel, as the server does it, in a world of the engine. Answers what became of it. */
export async function cancelAsCaller(
  world: EngineWorld,
  id: bigint,
  { meanwhile = world.step, beforeVendor = async () => {}, tick = 0.01 }: CancelPace = {},
): Promise<string> {
  let seconds = 0;
  const { upstream, providers, log } = world.parts;
  const outcome = await cancelGeneration(
    {
      generations: world.store,
      log,
      cancelling: {
        upstream,
        providers,
        wish: async (scope, wished) => {
          const wish = await wishCancel(world.database, world.installation, { scope, id: wished });
          await beforeVendor();
          return wish;
        },
        observe: async (attemptId, evidence, lost) => {
          await world.work.observe({ attemptId, number: -1n }, evidence, lost);
        },
        pause: async (pause) => {
          seconds += pause;
          await meanwhile();
        },
        seconds: () => {
          seconds += tick;
          return seconds;
        },
      },
    },
    world.caller,
    id,
  );
  return outcome.kind;
}
