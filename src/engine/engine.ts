import { advanceAttempt } from '../application/advance-attempt.ts';
import type { EngineContext } from '../application/context.ts';
import type { Claim } from '../application/ports.ts';

export interface EngineOptions {
  /** A name for people; fencing is by claim number. */
  readonly owner: string;
  /** Attempts worked on at once by this process. */
  readonly concurrency: number;
  readonly leaseSeconds: number;
}

export interface Engine {
  /** Something may be due: look now rather than at the next sweep. */
  wake(): void;
  /** Takes nothing new, finishes or hands back what it holds within the time. */
  stop(withinSeconds: number): Promise<void>;
  readonly healthy: boolean;
}

/** Notifications are hints; this sweep is what is relied on. */
const SWEEP_SECONDS = 1;

/** Starts carrying attempts on: dispatch, claim, one step each, all concurrently, for ever. */
export function startEngine(ctx: EngineContext, options: EngineOptions): Engine {
  const held = new Map<bigint, { readonly claim: Claim; readonly work: Promise<void> }>();
  let stopping = false;
  let healthy = true;
  let wake: () => void = () => {};
  let woken = false;

  const signal = (): void => {
    woken = true;
    wake();
  };

  const take = async (): Promise<number> => {
    const made = await ctx.work.dispatch();
    const limit = options.concurrency - held.size;
    const claims =
      limit > 0 && !stopping
        ? await ctx.work.claim({ limit, leaseSeconds: options.leaseSeconds, owner: options.owner })
        : [];
    for (const claim of claims) {
      const work = advanceAttempt(ctx, claim)
        .catch((error: unknown) => ctx.log.error('attempt.step_failed', { attemptId: claim.attemptId, error }))
        .finally(() => {
          // A later claim of the same attempt may be in its place by now.
          if (held.get(claim.attemptId)?.claim === claim) held.delete(claim.attemptId);
          signal();
        });
      held.set(claim.attemptId, { claim, work });
    }
    return made + claims.length;
  };

  const rest = async (took: number): Promise<void> => {
    if (woken || took > 0) {
      woken = false;
      return;
    }
    const seconds = Math.min(
      SWEEP_SECONDS,
      (held.size < options.concurrency ? await ctx.work.nextDueSeconds() : undefined) ?? SWEEP_SECONDS,
    );
    if (woken || stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(5, seconds * 1000));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  const loop = async (): Promise<void> => {
    while (!stopping) {
      try {
        await rest(await take());
        healthy = true;
      } catch (error) {
        if (healthy) ctx.log.error('engine.database_unavailable', { error });
        healthy = false;
        await new Promise((resolve) => setTimeout(resolve, SWEEP_SECONDS * 1000));
      }
    }
  };

  const heartbeats = setInterval(
    () => {
      const claims = [...held.values()].map(({ claim }) => claim);
      ctx.work
        .heartbeat(claims, options.leaseSeconds)
        .catch((error: unknown) => ctx.log.warn('engine.heartbeat_failed', { error }));
    },
    (options.leaseSeconds * 1000) / 3,
  );
  const running = loop();

  return {
    wake: signal,
    get healthy() {
      return healthy;
    },
    stop: async (withinSeconds) => {
      stopping = true;
      signal();
      await running;
      await settledWithin(
        [...held.values()].map(({ work }) => work),
        withinSeconds,
      );
      clearInterval(heartbeats);
      // A step that is still on its way keeps its lease: handing a create back would only look like a lost one.
      const unfinished = [...held.values()].map(({ claim }) => claim);
      if (unfinished.length > 0)
        ctx.log.warn('engine.unfinished', { attempts: unfinished.map(({ attemptId }) => attemptId) });
    },
  };
}

async function settledWithin(work: readonly Promise<void>[], seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([Promise.allSettled(work), late]);
  clearTimeout(timer);
}
