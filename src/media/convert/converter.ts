import { type ChildProcess, fork } from 'node:child_process';
import type { ConvertAnswer, ConvertJob } from './jobs.ts';

/** Converts pictures in a process of its own: decoders parse strangers' bytes, and may crash, hang or swell. */
export interface ImageConverter {
  convert(job: Omit<ConvertJob, 'job'>): Promise<'done' | { readonly reason: string }>;
  close(): Promise<void>;
}

interface ConverterOptions {
  /** The file that the child runs. */
  readonly entry?: URL;
  readonly limitSeconds?: number;
}

const LIMIT_SECONDS = 20;
const IDLE_SECONDS = 30;
/** A fresh process now and then: what a decoder leaks goes with the old one. */
const JOBS_PER_CHILD = 50;
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE'];

/** One picture at a time; the others wait. The child starts with the first and goes when there is nothing to do. */
export function openImageConverter({
  entry = new URL('./child.ts', import.meta.url),
  limitSeconds = LIMIT_SECONDS,
}: ConverterOptions = {}): ImageConverter {
  let child: ChildProcess | undefined;
  let jobs = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  const drop = (): void => {
    child?.kill('SIGKILL');
    child = undefined;
  };
  const run = async (job: Omit<ConvertJob, 'job'>): Promise<'done' | { readonly reason: string }> => {
    if (closed) return { reason: 'this process is stopping.' };
    clearTimeout(idle);
    jobs += 1;
    if (jobs % JOBS_PER_CHILD === 0) drop();
    child ??= startChild(entry);
    const answer = await ask(child, { job: jobs, ...job }, limitSeconds);
    if (answer === 'lost') {
      drop();
      return { reason: 'it could not be decoded; send it as JPEG or PNG.' };
    }
    idle = setTimeout(drop, IDLE_SECONDS * 1000).unref();
    return answer.reason === undefined ? 'done' : { reason: answer.reason };
  };
  return {
    convert: (job) => {
      const outcome = turn.then(() => run(job));
      turn = outcome.catch(() => undefined);
      return outcome;
    },
    close: async () => {
      closed = true;
      clearTimeout(idle);
      drop();
    },
  };
}

/** `lost`: it ended, or took longer than it may. */
function ask(child: ChildProcess, job: ConvertJob, limitSeconds: number): Promise<ConvertAnswer | 'lost'> {
  return new Promise((resolve) => {
    const end = (outcome: ConvertAnswer | 'lost'): void => {
      clearTimeout(limit);
      child.off('message', hear).off('exit', lose).off('error', lose);
      child.unref();
      child.channel?.unref();
      resolve(outcome);
    };
    const lose = (): void => end('lost');
    const hear = (answer: ConvertAnswer): void => {
      if (answer.job === job.job) end(answer);
    };
    const limit = setTimeout(lose, limitSeconds * 1000);
    child.ref();
    child.channel?.ref();
    child.on('message', hear).once('exit', lose).once('error', lose);
    if (child.exitCode !== null || child.signalCode !== null) return lose();
    child.send(job, (error) => {
      if (error !== null) lose();
    });
  });
}

function startChild(entry: URL): ChildProcess {
  const known = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const child = fork(entry, [], {
    // Its own process group: Ctrl-C is for us to handle. It ends itself when our end of the channel closes.
    detached: true,
    execArgv: ['--max-old-space-size=512'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...Object.fromEntries(known), MALLOC_ARENA_MAX: '2' },
  });
  // Without a listener a failed start would end this process.
  child.on('error', () => undefined);
  return child;
}
