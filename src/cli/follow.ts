import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, type RemoteGeneration, Unanswered } from './api-client.ts';
import { noServer } from './cli-error.ts';
import type { Output } from './output.ts';
import { progressOn } from './progress.ts';

const FIRST_WAIT_SECONDS = 0.3;
const MOST_WAIT_SECONDS = 2;
/** A server that restarts is back within this; the generation goes on without us meanwhile. */
const SILENCE_SECONDS = 60;
const REDRAW_MILLISECONDS = 200;

export interface Watch {
  readonly api: Api;
  readonly output: Output;
  readonly signal: AbortSignal;
}

const hasEnded = ({ status }: RemoteGeneration): boolean => status === 'completed' || status === 'failed';

/** Watches a generation until it has ended. Throws what the signal says when it is aborted, CliError when the server is gone. */
export async function follow(started: RemoteGeneration, watch: Watch): Promise<RemoteGeneration> {
  const begun = performance.now();
  const show = progressOn(watch.output);
  let current = started;
  const draw = (): void =>
    show({
      status: current.status,
      percent: current.progress,
      delayed: current.delayed,
      seconds: (performance.now() - begun) / 1000,
    });
  draw();
  const redrawing = watch.output.redraw ? setInterval(draw, REDRAW_MILLISECONDS) : undefined;
  try {
    for (let wait = FIRST_WAIT_SECONDS; !hasEnded(current); wait = Math.min(MOST_WAIT_SECONDS, wait * 1.3)) {
      await sleep(wait * 1000, undefined, { signal: watch.signal });
      current = await ask(current.id, watch);
      draw();
    }
    return current;
  } finally {
    clearInterval(redrawing);
  }
}

/** Asks until there is an answer: a question without one says nothing about the generation. */
export async function ask(id: string, { api, output, signal }: Watch): Promise<RemoteGeneration> {
  let silentSince: number | undefined;
  for (;;) {
    try {
      return await api.get(id, signal);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (silentSince === undefined) output.say(`The server does not answer (${error.message}); asking again …`);
      silentSince ??= performance.now();
      if (performance.now() - silentSince > SILENCE_SECONDS * 1000)
        throw noServer(`The server has not answered for ${SILENCE_SECONDS} s: ${error.message}.`);
      await sleep(1000, undefined, { signal });
    }
  }
}
