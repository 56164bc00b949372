import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { JobAnswer, JobRequest } from './jobs.ts';
import { renderInto, warmUp } from './render.ts';
import { Unreadable } from './unreadable.ts';

/**
 * The process that renders: one job at a time, a message in and a message out. It is never ended politely: the encoder
 * frees memory twice at a normal exit, so it ends, or is ended, by SIGKILL.
 */
const end = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

process.on('disconnect', end);
// A hanging encoder can keep this thread from seeing the disconnect; the watcher lives on its own.
new Worker(new URL('./orphan-watch.ts', import.meta.url), { workerData: { parent: process.ppid } }).unref();

process.on('message', (request: JobRequest) => {
  void answer(request).then((done) => {
    process.send?.(done);
    // For the next child: who is killed at the end does it now.
    flushCompileCache();
  });
});

// Started ahead of its first job: it has the time to get ready.
if (process.argv.includes('warm')) await warmUp();

async function answer({ job, folder, spec }: JobRequest): Promise<JobAnswer> {
  try {
    return { job, ok: true, ...(await renderInto(folder, spec)) };
  } catch (error) {
    if (error instanceof Unreadable) return { job, ok: false, code: 'input_unreadable', message: error.message };
    return { job, ok: false, code: 'render_failed', message: error instanceof Error ? error.message : String(error) };
  }
}
