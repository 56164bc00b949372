import { advanceAttempt } from '../application/advance-attempt.ts';
import type { EngineContext, EngineParts } from '../application/context.ts';
import { endOverdue } from '../application/end-overdue.ts';
import type { Claim } from '../application/ports.ts';
import { openGate } from './gate.ts';

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
  /** Takes nothing new, finishes what it holds within the time, and hands the rest over, creates under way excepted. */
  stop(withinSeconds: number): Promise<void>;
  readonly healthy: boolean;
}

/** A database that does not answer then leaves the leases to end by themselves. */
const HAND_BACK_SECONDS = 1;

/** Notifications are hints; this sweep is what is relied on. */
const SWEEP_SECONDS = 1;
/** What waits past its horizon is found within this. */
const OVERDUE_SWEEP_SECONDS = 30;

/** Inputs that are sent inside creates at once; each is in memory about three times while it is sent. */
const INLINE_BYTES = 128 * 1024 * 1024;

/** Starts carrying attempts on: dispatch, claim, one step each, all concurrently, for ever. */
export function startEngine(parts: EngineParts, options: EngineOptions): Engine {
  const held = new Map<bigint, { readonly claim: Claim; readonly work: Promise<void> }>();
  let stopping = false;
  const ctx: EngineContext = {
    ...parts,
    isStopping: () => stopping,
    seconds: () => performance.now() / 1000,
    pause: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    gate: openGate(INLINE_BYTES),
  };
  let healthy = true;
  let wake: () => void = () => {};
  let woken = false;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const signal = (): void => {
    woken = true;
    wake();
  };

  const sweep = async (): Promise<void> => {
    if (performance.now() - sweptAt < OVERDUE_SWEEP_SECONDS * 1000) return;
    sweptAt = performance.now();
    await endOverdue(ctx);
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
        const took = await take();
        await sweep();
        await rest(took);
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
      const finished = running.then(() => Promise.allSettled([...held.values()].map(({ work }) => work)));
      await settledWithin(finished, withinSeconds);
      clearInterval(heartbeats);
      const unfinished = [...held.values()].map(({ claim }) => claim);
      if (unfinished.length === 0) return;
      ctx.log.warn('engine.unfinished', { attempts: unfinished.map(({ attemptId }) => attemptId) });
      const handed = ctx.work
        .handBack(unfinished)
        .catch((error: unknown) => ctx.log.warn('engine.hand_back_failed', { error }));
      await settledWithin(handed, HAND_BACK_SECONDS);
    },
  };
}

async function settledWithin(work: Promise<unknown>, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
