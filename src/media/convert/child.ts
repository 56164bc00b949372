import { ConvertRefusal, convertImage } from './convert-image.ts';
import type { ConvertAnswer, ConvertJob } from './jobs.ts';

/** The process that decodes pictures: a message in, a message out. It goes with its parent. */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.on('message', (job: ConvertJob) => {
  void answerTo(job).then((answer) => process.send?.(answer));
});

async function answerTo({ job, from, to, wish }: ConvertJob): Promise<ConvertAnswer> {
  try {
    await convertImage({ from, to, wish });
    return { job };
  } catch (error) {
    // What a decoder says is for nobody: it may hold names of files.
    const reason = error instanceof ConvertRefusal ? error.message : 'it could not be decoded; send it as JPEG or PNG.';
    return { job, reason };
  }
}
