import { type ChildProcess, fork } from 'node:child_process';
import { type JobAnswer, type JobRequest, StudioError } from './jobs.ts';
import type { RenderSpec } from './spec.ts';

/** Children that render, and the jobs that wait for one. */
export interface Pool {
  /** Renders into `folder`; rejects with StudioError. */
  run(spec: RenderSpec, folder: string): Promise<{ seconds: number }>;
  /** Starts all children now. */
  warm(): void;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly children: number;
  /** The file that a child runs. */
  readonly entry: URL;
  /** How long a job may take. */
  readonly limitSeconds: (spec: RenderSpec) => number;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

/** A child grows to some 600 MB over 60 jobs; a fresh one has 200. */
const jobsPerChild = 25;
const triesPerJob = 2;

interface Job {
  readonly request: JobRequest;
  readonly resolve: (result: { seconds: number }) => void;
  readonly reject: (error: StudioError) => void;
  tries: number;
}

interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  jobsDone: number;
  job: Job | undefined;
  limit: NodeJS.Timeout | undefined;
  /** The end of what it wrote to stderr; the encoder is talkative, so it is only looked at after a crash. */
  lastWords: string;
}

/** Opens a pool. No child is started before the first job or `warm`. */
export function openPool(options: PoolOptions): Pool {
  const { log } = options;
  const children = new Set<Child>();
  const waiting: Job[] = [];
  let nextJob = 1;
  let closed = false;

  const start = (ahead: boolean): Child => {
    const child = startChild(options.entry, ahead);
    children.add(child);
    log('studio.child-started', { pid: child.process.pid });
    child.process.on('message', (answer: JobAnswer) => finish(child, answer));
    child.process.on('error', () => lose(child, 'could not be started'));
    child.process.on('exit', (code, signal) => lose(child, `ended with ${signal ?? `code ${code}`}`));
    return child;
  };

  const dispatch = (): void => {
    while (!closed && waiting.length > 0) {
      const idle = [...children].find(({ job }) => job === undefined);
      if (idle === undefined && children.size >= options.children) return;
      const job = waiting.shift();
      if (job !== undefined) give(idle ?? start(false), job);
    }
  };

  const give = (child: Child, job: Job): void => {
    job.tries += 1;
    child.job = job;
    const seconds = options.limitSeconds(job.request.spec);
    child.limit = setTimeout(() => lose(child, `took more than ${seconds} s`), seconds * 1000);
    hold(child, true);
    child.process.send(job.request, (error) => {
      if (error !== null) lose(child, 'could not be reached');
    });
  };

  const finish = (child: Child, answer: JobAnswer): void => {
    const { job } = child;
    if (job === undefined || job.request.job !== answer.job || !children.has(child)) return;
    free(child);
    child.jobsDone += 1;
    if (answer.ok) job.resolve({ seconds: answer.seconds });
    else job.reject(new StudioError(answer.code, answer.message));
    if (child.jobsDone >= jobsPerChild) {
      remove(child);
      if (!closed) start(true);
    }
    dispatch();
  };

  /** The child is gone, or must go. Its job is given to another one once. */
  const lose = (child: Child, why: string): void => {
    if (!children.has(child)) return;
    const { job } = child;
    free(child);
    remove(child);
    log('studio.child-lost', { pid: child.process.pid, why, job: job?.request.job, lastWords: child.lastWords });
    if (job !== undefined && job.tries < triesPerJob && !closed) waiting.unshift(job);
    else job?.reject(new StudioError('render_failed', `The renderer ${why}.`));
    dispatch();
  };

  const remove = (child: Child): void => {
    children.delete(child);
    child.process.kill('SIGKILL');
  };

  return {
    run: (spec, folder) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new StudioError('closed', 'The studio is closed.'));
        waiting.push({ request: { job: nextJob++, folder, spec }, resolve, reject, tries: 0 });
        dispatch();
      }),
    warm() {
      while (!closed && children.size < options.children) start(true);
    },
    async close() {
      closed = true;
      const jobs = [...waiting.splice(0), ...[...children].flatMap(({ job }) => job ?? [])];
      const ending = [...children];
      for (const child of ending) {
        free(child);
        remove(child);
        child.process.ref();
      }
      for (const job of jobs) job.reject(new StudioError('closed', 'The studio was closed.'));
      await Promise.all(ending.map(({ ended }) => ended));
    },
  };
}

function free(child: Child): void {
  clearTimeout(child.limit);
  child.job = undefined;
  hold(child, false);
}

/** Only a child that works keeps this process alive. */
function hold({ process: child }: Child, working: boolean): void {
  if (working) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

/** What a child may know of our environment: it reads strangers' files, and needs no key. */
const passedOn = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE'];

function startChild(entry: URL, ahead: boolean): Child {
  const known = Object.fromEntries(passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = fork(entry, ahead ? ['warm'] : [], {
    // Its own process group: Ctrl-C in the terminal is for us to handle. It ends itself when our end of the channel closes.
    detached: true,
    // Nothing of our own flags: a debugger port, for one, cannot be shared.
    execArgv: ['--max-old-space-size=1024'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...known,
      NODE_WEBCODECS_FORCE: 'static', // else a system FFmpeg is preferred, and the same seed gives other bytes
      DISABLE_SYSTEM_FONTS_LOAD: '1', // same reason
      MALLOC_ARENA_MAX: '2',
    },
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const started: Child = { process: child, ended, jobsDone: 0, job: undefined, limit: undefined, lastWords: '' };
  child.stderr?.setEncoding('latin1').on('data', (text: string) => {
    started.lastWords = (started.lastWords + text.replace(/[^\x20-\x7e\n]/g, '?')).slice(-1000);
  });
  if (child.stderr !== null && 'unref' in child.stderr && typeof child.stderr.unref === 'function')
    child.stderr.unref();
  hold(started, false);
  return started;
}
