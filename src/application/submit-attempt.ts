import type { Evidence } from '../domain/attempt.ts';
import type { Failure } from '../domain/failure.ts';
import { type Held, settleOn, witness } from './attempt-step.ts';
import type { EngineContext } from './context.ts';
import { deliverMedia } from './deliver-media.ts';

/** A create may take this long; the vendor answers in a second or two as a rule. */
const DEADLINE_SECONDS = 60;
/** Not begun with less than this of the claim left. */
const MARGIN_SECONDS = 2;

const UNDELIVERABLE = {
  input_gone: 'a kept input is not on this disk any more',
  no_link: 'a kept input was to go by link, and this server has no public address any more',
} as const;

/**
 * Sends the create, once. The attempt is written as `submitting` before the first byte; an answer that is anything but
 * a clear yes or a documented no leaves it unknown, and it is never sent again.
 */
export function submit(ctx: EngineContext, held: Held): Promise<void> {
  const inline = held.file.route.request.inputs.map(({ source }) =>
    'stored' in source && source.send !== 'link' ? source.bytes : 0,
  );
  const weight = inline.reduce((sum, bytes) => sum + bytes, 0);
  return weight === 0 ? send(ctx, held) : ctx.gate.hold(weight, () => send(ctx, held));
}

async function send(ctx: EngineContext, held: Held): Promise<void> {
  const { claim, file, provider, model } = held;
  const request = await deliverMedia(ctx, file.route.request, model);
  if (request === 'input_gone' || request === 'no_link') {
    const failure = { code: 'input_unreachable', vendor: { message: UNDELIVERABLE[request] } } as const;
    return settleOn(ctx, held, { step: { to: 'failed', as: 'failed', failure } });
  }
  // A create that begins now could be cut off in the middle: whoever takes the attempt next sends it.
  if (ctx.isStopping()) return;
  const begun = await ctx.work.beginSubmit(claim);
  if (begun === 'lost') return;
  const submitting: Held = { ...held, file: { ...file, attempt: { ...file.attempt, state: 'submitting' } } };
  if (begun.leftSeconds < MARGIN_SECONDS) {
    return witness(ctx, submitting, notSent('the claim ended before the first byte'));
  }
  const outcome = await ctx.upstream.exchange(
    {
      provider,
      channel: file.channel,
      deadlineSeconds: DEADLINE_SECONDS,
      startWithinSeconds: begun.leftSeconds - MARGIN_SECONDS,
    },
    provider.submit,
    { model, request, tag: file.tag, settings: file.channel.settings },
  );
  if (outcome.answered) return witness(ctx, submitting, { kind: 'submit', observation: outcome.result });
  if (outcome.keyRefused) return witness(ctx, submitting, refusedKey(outcome.keyRefused));
  if (outcome.sent) return witness(ctx, submitting, { kind: 'outcome_unknown', reason: outcome.reason });
  return witness(ctx, submitting, notSent(outcome.reason));
}

/** As an answer 401 to the create itself. */
const refusedKey = (vendor: Failure['vendor']): Evidence => ({
  kind: 'submit',
  observation: { state: 'failed', failure: { code: 'vendor_account', ...(vendor && { vendor }) } },
});

/** Surely not one byte left: the attempt is over, and the generation may be tried again. */
const notSent = (reason: string): Evidence => ({
  kind: 'submit',
  observation: { state: 'unanswered', started: 'no', reason, retryAfterSeconds: 5 },
});
