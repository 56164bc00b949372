import type { JobAnswer, JobRequest } from '../jobs.ts';

/** Stands in for the renderer: its prompt says how it behaves. */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.on('message', ({ job, spec, folder }: JobRequest) => {
  const answer = (message: JobAnswer): void => void process.send?.(message);
  switch (spec.prompt) {
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'abort':
      process.abort();
      break;
    case 'hang':
      for (;;) Math.random();
    case 'env':
      answer({
        job,
        ok: false,
        code: 'render_failed',
        message: JSON.stringify({ env: process.env, argv: process.execArgv }),
      });
      break;
    default:
      answer({ job, ok: true, seconds: folder === '' ? 0 : process.pid });
  }
});
