import { type CallbackContext, deliverCallback } from '../application/deliver-callback.ts';
import type { Delivery } from '../application/ports.ts';

export interface DelivererOptions {
  /** Calls at once, in all and to one host: a receiver that is slow holds back nobody else. */
  readonly concurrency: number;
  readonly perHost: number;
  /** Longer than a call may take. */
  readonly leaseSeconds: number;
}

export interface Deliverer {
  /** Something may be due. */
  wake(): void;
  /** Takes nothing new, finishes what it holds within the time, and hands the rest over. */
  stop(withinSeconds: number): Promise<void>;
}

const SWEEP_SECONDS = 1;
/** A database that does not answer then leaves the leases to end by themselves. */
const HAND_BACK_SECONDS = 1;

/** Starts calling back, for ever: claims what is due, one call each, all concurrently. */
export function startDeliverer(ctx: CallbackContext, options: DelivererOptions): Deliverer {
  const held = new Map<Delivery, Promise<void>>();
  let stopping = false;
  let woken = false;
  let healthy = true;
  let wake: () => void = () => {};
  const signal = (): void => {
    woken = true;
    wake();
  };

  const take = async (): Promise<void> => {
    const limit = options.concurrency - held.size;
    if (limit <= 0 || stopping) return;
    const busy = new Map<string, number>();
    for (const { host } of held.keys()) busy.set(host, (busy.get(host) ?? 0) + 1);
    const { perHost, leaseSeconds } = options;
    for (const delivery of await ctx.callbacks.claim({ limit, perHost, busy, leaseSeconds })) {
      const call = deliverCallback(ctx, delivery)
        .catch((error: unknown) =>
          ctx.log.error('callback.step_failed', { generationId: delivery.generationId, error }),
        )
        .finally(() => {
          held.delete(delivery);
          signal();
        });
      held.set(delivery, call);
    }
  };

  const rest = async (): Promise<void> => {
    if (!woken && !stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SWEEP_SECONDS * 1000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    woken = false;
  };

  const loop = async (): Promise<void> => {
    while (!stopping) {
      try {
        await take();
        healthy = true;
      } catch (error) {
        if (healthy) ctx.log.error('callback.claim_failed', { error });
        healthy = false;
      }
      await rest();
    }
  };
  const running = loop();

  return {
    wake: signal,
    stop: async (withinSeconds) => {
      stopping = true;
      signal();
      await settledWithin(
        running.then(() => Promise.allSettled(held.values())),
        withinSeconds,
      );
      if (held.size === 0) return;
      const handed = ctx.callbacks
        .handBack([...held.keys()])
        .catch((error: unknown) => ctx.log.warn('callback.hand_back_failed', { error }));
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
