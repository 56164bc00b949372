import type { EngineContext } from './context.ts';
import { horizonSeconds, LEAST_HORIZON_SECONDS } from './horizon.ts';
import type { WaitingGeneration } from './ports.ts';

const PAGE = 100;

/**
 * Ends what has waited for a slot past its horizon, because no channel took it: released, `timed_out`. Answers how many.
 * What has a slot is ended by its own steps.
 */
export async function endOverdue({
  work,
  providers,
  log,
}: Pick<EngineContext, 'work' | 'providers' | 'log'>): Promise<number> {
  let ended = 0;
  let after: bigint | undefined;
  for (;;) {
    const page = await work.waiting({ limit: PAGE, ...(after !== undefined && { after }) });
    for (const { id } of page.filter((waiting) => isOverdue(providers, waiting))) {
      if (!(await work.endWaiting(id, { code: 'timed_out' }))) continue;
      ended += 1;
      log.info('generation.timed_out', { generationId: id });
    }
    const last = page.at(-1);
    // Oldest first: behind one that is young all are.
    if (page.length < PAGE || last === undefined || last.secondsOld < LEAST_HORIZON_SECONDS) return ended;
    after = last.id;
  }
}

const isOverdue = (
  providers: EngineContext['providers'],
  { route, livemode, secondsOld }: WaitingGeneration,
): boolean => secondsOld > horizonSeconds(providers.get(route.provider), { request: route.request, livemode });
