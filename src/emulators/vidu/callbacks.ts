/** Callbacks of tasks that were created with a `callback_url`. Source: Vidu: callback signature, get generation. */
import { randomUUID } from 'node:crypto';
import type { EmulatorContext } from '../kit/context.ts';
import { findTask } from '../kit/find-task.ts';
import type { Task } from '../kit/task.ts';
import { creationsAnswer, type FileUrl, stateOf } from './answers.ts';
import { callbackHeaders } from './callback-signature.ts';

/** "Up to 3 retries for success and failed"; the pauses are not documented. */
const END_RETRIES = 3;
const FIRST_PAUSE_SECONDS = 1;
const LOOK_SECONDS = 0.1;
const ORDER = ['created', 'queueing', 'processing', 'success', 'failed'];
const isEnd = (state: string): boolean => ORDER.indexOf(state) > ORDER.indexOf('processing');

/** A task to follow, the key that made it (kept in memory alone), and how its files are linked. */
export interface CalledTask {
  readonly task: Task;
  readonly apiKey: string;
  readonly url: string;
  readonly fileUrls: (task: Task, nowMs: number) => FileUrl;
}

/** Calls back from this process: what it still had to tell is lost when it ends. */
export function createCallbacks(context: EmulatorContext) {
  const { store, options } = context;
  const stopped = new AbortController();

  const pause = (seconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, Math.max(5, (seconds * 1000) / options.speed));
      stopped.signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        stopped.signal.removeEventListener('abort', done);
        resolve();
      }
    });

  async function post({ url, apiKey }: CalledTask, body: string): Promise<boolean> {
    // `Date` is checked by its receiver against the real clock, not the emulator's.
    const date = new Date(options.realNow()).toUTCString();
    const headers = callbackHeaders({ url, date, nonce: randomUUID() }, apiKey);
    const status = await options.postCallback?.(url, { headers, body }).catch(() => undefined);
    return status !== undefined && status >= 200 && status <= 299;
  }

  async function tell(called: CalledTask, answer: Readonly<Record<string, unknown>>): Promise<void> {
    const tries = isEnd(String(answer['state'])) ? 1 + END_RETRIES : 1;
    for (let tried = 1; !stopped.signal.aborted; tried += 1) {
      if (await post(called, JSON.stringify(answer))) return;
      options.log('emulator.callback_failed', { id: called.task.id, tried });
      if (tried >= tries) return;
      await pause(FIRST_PAUSE_SECONDS * 2 ** (tried - 1));
    }
  }

  async function follow(called: CalledTask): Promise<void> {
    const { vendor, id } = called.task;
    let told = 'created';
    while (!isEnd(told) && !stopped.signal.aborted) {
      await pause(LOOK_SECONDS);
      const nowMs = await store.now();
      const task = await findTask(context, { vendor, id }, nowMs);
      if (task === undefined) return;
      const { acceptedMs, startMs } = task.doc.plan;
      // No change is left out because it passed between two looks.
      for (const atMs of [Math.min(acceptedMs, nowMs), Math.min(startMs, nowMs), nowMs]) {
        const { state } = stateOf(task.doc, atMs);
        if (isEnd(told) || ORDER.indexOf(state) <= ORDER.indexOf(told)) continue;
        told = state;
        await tell(called, creationsAnswer(task, atMs, called.fileUrls(task, nowMs)));
      }
    }
  }

  return {
    /** Calls back on each change of state from now on; returns at once. */
    begin(called: CalledTask): void {
      follow(called).catch((error: unknown) =>
        options.log('emulator.callback_failed', { id: called.task.id, error: String(error) }),
      );
    },
    /** Ends all calls back. */
    stop(): void {
      stopped.abort();
    },
  };
}
export type Callbacks = ReturnType<typeof createCallbacks>;
