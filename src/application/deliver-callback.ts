import { type Generation, isFinal } from '../domain/generation.ts';
import type { CallbackStore, Delivery, GenerationStore, Links, Log } from './ports.ts';

/** How a dialect calls back: the body of a query, and headers that show who sent it. */
export interface CallbackProtocol {
  readonly render: (generation: Generation, links: Links, base: string) => object;
  /** `at` and `nonce` differ at every try. `secret` is the API key of the caller. */
  readonly headers: (call: {
    readonly url: string;
    readonly body: string;
    readonly at: Date;
    readonly nonce: string;
    readonly secret: string;
  }) => Readonly<Record<string, string>>;
}

export interface CallbackContext {
  readonly callbacks: CallbackStore;
  readonly generations: Pick<GenerationStore, 'findById'>;
  /** By the id of the dialect. */
  readonly protocols: ReadonlyMap<string, CallbackProtocol>;
  /** Answers the status; throws when no answer came. */
  readonly post: (
    url: string,
    call: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ) => Promise<number>;
  /** Links as they are minted at a moment, in unix seconds: the same at every try. */
  readonly linksAt: (unixSeconds: number) => Links;
  readonly log: Log;
  readonly now: () => Date;
  readonly nonce: () => string;
}

/** Vidu: callback. Up to three retries; the pauses are ours. */
const RETRY_SECONDS = [5, 30, 300] as const;

/**
 * Tells a receiver of one change of state: delivered with any 2xx, tried again otherwise, given up after three retries.
 * Nothing here touches the generation.
 */
export async function deliverCallback(ctx: CallbackContext, delivery: Delivery): Promise<void> {
  const fields = { generationId: delivery.generationId, number: delivery.number, state: delivery.state };
  const outcome = await attempt(ctx, delivery);
  if (outcome === 'delivered') {
    ctx.log.info('callback.delivered', fields);
    return ctx.callbacks.finish(delivery);
  }
  const pause = outcome.isHopeless ? undefined : RETRY_SECONDS[delivery.failures];
  const failed = { ...fields, failures: delivery.failures + 1, reason: outcome.reason };
  if (pause === undefined) {
    ctx.log.warn('callback.given_up', failed);
    return ctx.callbacks.finish(delivery);
  }
  ctx.log.info('callback.failed', failed);
  return ctx.callbacks.retry(delivery, pause);
}

type Outcome = 'delivered' | { readonly reason: string; readonly isHopeless: boolean };

async function attempt(ctx: CallbackContext, delivery: Delivery): Promise<Outcome> {
  const generation = await ctx.generations.findById(delivery.generationId);
  const protocol = generation && ctx.protocols.get(generation.dialect);
  if (!generation || !protocol) return { reason: 'its protocol has no callbacks', isHopeless: true };
  const { url, secret, base } = delivery;
  const body = JSON.stringify(protocol.render(asItWas(generation, delivery), ctx.linksAt(delivery.at), base));
  const headers = protocol.headers({ url, body, secret, at: ctx.now(), nonce: ctx.nonce() });
  try {
    const status = await ctx.post(url, { headers: { ...headers, 'content-type': 'application/json' }, body });
    return status >= 200 && status <= 299 ? 'delivered' : { reason: `HTTP ${status}`, isHopeless: false };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), isHopeless: false };
  }
}

/** The generation at the moment of its event: what came later is not told before its turn, and no try differs from another. */
function asItWas(generation: Generation, { state, progress, vendorState, at }: Delivery): Generation {
  const { error, settledMicros, endedAt, outputs, vendorState: _, ...rest } = generation;
  const then = {
    ...rest,
    state,
    progress,
    ...(vendorState !== undefined && { vendorState }),
    delayed: false,
    cancelRequested: false,
    elapsedSeconds: Math.max(0, at - generation.createdAt),
    outputs: [],
  };
  if (!isFinal(state)) return then;
  return {
    ...then,
    outputs,
    ...(error && { error }),
    ...(settledMicros !== undefined && { settledMicros }),
    ...(endedAt !== undefined && { endedAt }),
  };
}
