import { dollars } from '../domain/money.ts';
import type { RemoteGeneration } from './api-client.ts';
import { CliError, EXIT, type ExitCode } from './cli-error.ts';
import { byteSize } from './figures.ts';
import { ask, follow } from './follow.ts';
import { saveVideo, type Target } from './save-video.ts';
import type { Session } from './session.ts';

/**
 * Watches a generation to its end, saves its video, and says what it was and cost. When this is interrupted or the
 * server goes away, the generation goes on: it says how to pick it up.
 */
export async function deliver(started: RemoteGeneration, target: Target, session: Session): Promise<ExitCode> {
  const { output } = session;
  let current = started;
  try {
    current = await follow(started, session);
    if (current.status !== 'completed') return sayFailed(current, session);
    const path = await save(current, target, session);
    sayDone(current, path, session);
    return EXIT.done;
  } catch (error) {
    const pickUp = `npx onereel get ${current.id} --out ${quoted(target.path)}${session.live ? ' --live' : ''}`;
    if (session.signal.aborted) {
      output.complain(`Interrupted. ${current.id} goes on without this command; pick it up with:\n  ${pickUp}`);
      output.result({ ...current.raw, pick_up: pickUp });
      return EXIT.interrupted;
    }
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.exitCode, `${error.message}\nPick it up with:\n  ${pickUp}`, {
      ...error.details,
      generation_id: current.id,
      pick_up: pickUp,
    });
  }
}

function sayFailed({ id, error, cost, raw }: RemoteGeneration, { output }: Session): ExitCode {
  const { code, message } = error ?? { code: 'failed', message: 'No reason was given.' };
  output.complain(`${id} failed (${code}): ${message}`);
  if (cost) output.say(`Cost      ${dollars(cost.settled_micros)}`);
  output.result(raw);
  return EXIT.failed;
}

async function save(generation: RemoteGeneration, target: Target, session: Session): Promise<string> {
  // Asked again: links last a day, and the command may have been asleep for longer.
  const { video_url, result } = generation.video_url ? generation : await ask(generation.id, session);
  if (video_url === undefined || !result)
    throw new CliError(EXIT.failed, 'The server says completed, but names no video.', { code: 'not_saved' });
  const { bytes, sha256 } = result.media;
  return saveVideo({ url: video_url, bytes, sha256 }, target, session.signal);
}

function sayDone({ result, cost, livemode, raw }: RemoteGeneration, path: string, { output }: Session): void {
  if (result) {
    const { width, height, seconds, fps, audio, bytes } = result.media;
    const rounded = (value: number): string => String(Math.round(value * 100) / 100);
    output.say(
      `Video     ${width}x${height}, ${rounded(seconds)} s, ${rounded(fps)} fps, ${audio ? 'with sound' : 'silent'}, ${byteSize(bytes)}`,
    );
  }
  if (cost) output.say(`Cost      ${dollars(cost.settled_micros)}${livemode ? '' : ' of play money'}`);
  output.say(`Saved     ${path}`);
  output.result({ ...raw, file: path });
}

/** Safe to paste into a shell. */
const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
