import type { Output } from '../domain/generation.ts';
import { type MicroUsd, microUsd } from '../domain/money.ts';
import type { OutputSource } from '../domain/provider.ts';
import { nextCollectSeconds } from '../domain/schedule.ts';
import { decideOn, type Held, paceOf, settleOn, witness } from './attempt-step.ts';
import { billOf } from './bill.ts';
import type { EngineContext } from './context.ts';
import type { MediaFact } from './ports.ts';
import { ask } from './track-attempt.ts';

/** A file that was fetched whole and is no video is a verdict the third time; a fetch that failed says nothing of it. */
const MOST_UNUSABLE = 3;

/**
 * Brings the vendor's file home: streamed, hashed, probed, synced; only then is the generation completed and settled, in
 * one transaction. After a failed try the vendor is asked for the address again, because addresses expire.
 */
export async function collect(ctx: EngineContext, held: Held): Promise<void> {
  const { file } = held;
  const again = file.collectFailures > 0 && file.attempt.operation !== undefined;
  const seen = again ? await ask(ctx, held) : undefined;
  if (seen?.state === 'failed') return witness(ctx, held, { kind: 'poll', observation: seen });
  const sources = oneOfEachRole(seen?.state === 'succeeded' ? seen.outputs : file.attempt.outputs);
  const video = sources.find(({ role }) => role === 'video');
  if (!video) return settleOn(ctx, held, { step: { to: 'failed', as: 'failed', failure: { code: 'output_missing' } } });
  const kept = await fetchVideo(ctx, held, video);
  if ('retry' in kept) {
    return settleOn(ctx, held, {
      step: { to: 'collect-again', reason: kept.retry, unusable: kept.unusable },
      lookInSeconds: nextCollectSeconds(file.collectFailures, paceOf(ctx, held).pace),
    });
  }
  if ('verdict' in kept) {
    return settleOn(ctx, held, {
      step: { to: 'failed', as: 'failed', failure: { code: 'output_unusable', vendor: { message: kept.verdict } } },
    });
  }
  const extras = await Promise.all(
    sources.filter(({ role }) => role !== 'video').map((source) => fetchExtra(ctx, held, source)),
  );
  await complete(ctx, held, {
    video: kept,
    outputs: [kept.output, ...extras.flatMap((extra) => (extra ? [extra] : []))],
  });
}

/** The first of each: a generation has one video, one poster, one last frame. */
const oneOfEachRole = (sources: readonly OutputSource[]): readonly OutputSource[] =>
  sources.filter(({ role }, index) => index === sources.findIndex((source) => source.role === role));

interface KeptVideo {
  readonly output: Output;
  readonly facts: MediaFact;
}

const FILE_ENDINGS: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
};

/** Of its claim alone: a worker that lost the claim can neither overwrite nor remove what the next one stored. */
const keyOf = ({ file, claim }: Held, { role, mediaType }: OutputSource): string =>
  `outputs/${file.projectId}/${file.attempt.generationId}/${claim.number}-${role}.${FILE_ENDINGS[mediaType] ?? 'bin'}`;

async function fetchVideo(
  ctx: EngineContext,
  held: Held,
  source: OutputSource,
): Promise<KeptVideo | { retry: string; unusable: boolean } | { verdict: string }> {
  const storageKey = keyOf(held, source);
  const stored = await store(ctx, held, source);
  if ('retry' in stored) return { ...stored, unusable: false };
  const facts = await ctx.media.probe(storageKey);
  const wrong =
    'refused' in facts
      ? facts.refused
      : facts.kind === 'video' && (facts.seconds ?? 0) > 0
        ? undefined
        : `a ${facts.mediaType} file, not a video`;
  if (wrong === undefined && !('refused' in facts)) {
    return { facts, output: { role: 'video', storageKey, mediaType: facts.mediaType, ...stored, facts: { ...facts } } };
  }
  await ctx.media.remove(storageKey);
  const reason = `the file is not a playable video: ${wrong}`;
  return held.file.attempt.looks + 1 < MOST_UNUSABLE ? { retry: reason, unusable: true } : { verdict: reason };
}

/** A poster or last frame is welcome, and never holds a finished video back. */
async function fetchExtra(ctx: EngineContext, held: Held, source: OutputSource): Promise<Output | undefined> {
  const storageKey = keyOf(held, source);
  const stored = await store(ctx, held, source);
  const facts = 'retry' in stored ? { refused: stored.retry } : await ctx.media.probe(storageKey);
  if ('retry' in stored || 'refused' in facts || facts.kind !== 'image') {
    await ctx.media.remove(storageKey);
    ctx.log.warn('output.extra_skipped', {
      attemptId: held.file.attempt.id,
      role: source.role,
      reason: 'refused' in facts ? facts.refused : 'not an image',
    });
    return undefined;
  }
  return { role: source.role, storageKey, mediaType: facts.mediaType, ...stored, facts: { ...facts } };
}

async function store(
  ctx: EngineContext,
  held: Held,
  source: OutputSource,
): Promise<{ bytes: number; sha256: string } | { retry: string }> {
  const { file, provider } = held;
  const place = { storageKey: keyOf(held, source), attemptId: file.attempt.id, role: source.role };
  try {
    return await ctx.media.keepOutput(place, async (from) => {
      const download = await ctx.upstream.download({ provider, channel: file.channel }, source, from);
      if (from) ctx.log.info('output.resumed', { ...place, hadBytes: from.bytes, fromByte: download.startsAt });
      return download;
    });
  } catch (error) {
    return { retry: error instanceof Error ? error.message : String(error) };
  }
}

/** Settles from what the vendor reports, else from the file; never above the hold. */
async function complete(
  ctx: EngineContext,
  held: Held,
  { video, outputs }: { video: KeptVideo; outputs: readonly Output[] },
): Promise<void> {
  const { file, provider, model } = held;
  const { route } = file;
  const usage = file.attempt.usage ?? { seconds: billedSeconds(video.facts, route.request.seconds) };
  const { cost, priceMicros } = billOf(route, { provider, model, usage });
  const settleMicros: MicroUsd = microUsd(Math.min(priceMicros, route.holdMicros));
  const outcome = await decideOn(ctx, held, {
    step: { to: 'completed', outputs, cost, settleMicros, excessMicros: microUsd(priceMicros - settleMicros) },
  });
  if (outcome === 'lost') await Promise.all(outputs.map(({ storageKey }) => ctx.media.remove(storageKey)));
}

/** Whole seconds of new material: an extension's file holds the source too. */
const billedSeconds = ({ seconds }: MediaFact, asked: number): number =>
  Math.min(asked, Math.max(1, Math.round(seconds ?? asked)));
