import { type MediaServer, pngOf } from '../../harness/media-server.ts';
import { type ViduAccount, type ViduClient, ViduRefusal } from './client.ts';
import type { CallbackReceiver } from './client-callbacks.ts';

/** Whom the scenario speaks to, and what lies around. */
export interface ViduTarget {
  readonly account: ViduAccount;
  /** Has what a request points at; the target may fetch from it. */
  readonly media: MediaServer;
  /** The target may call it. */
  readonly receiver: CallbackReceiver;
  /** How often it calls within half a minute when the end of a task is not taken; 4 times in all. */
  readonly endCalls: number;
}

export const picture = (hue = 0): Buffer => pngOf({ width: 320, height: 240, hue });
export const dataUri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;

/** The refusal of a call that must not succeed. */
export async function refusalOf(call: Promise<unknown>): Promise<{ status: number; reason: string; message: string }> {
  const failed = await call.then(
    (answer) => new Error(`accepted: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  if (!(failed instanceof ViduRefusal)) throw failed;
  const { status, reason, message } = failed;
  return { status, reason, message };
}

/** Off-peak work waits, at the pace of tests a tenth of a second: on a busy machine the first one may have begun. */
export async function cancelledTask(client: ViduClient): Promise<string> {
  for (let tried = 1; ; tried += 1) {
    const wish = { model: 'viduq3-turbo', prompt: 'not so urgent', duration: 1, resolution: '540p' };
    const { task_id, credits } = await client.text2video({ ...wish, off_peak: true });
    if (credits !== 4) throw new Error(`off-peak costs ${credits} credits`);
    const refusal = await client.cancel(task_id).catch((error: Error) => error);
    if (refusal === undefined) return task_id;
    if (tried === 10) throw refusal;
  }
}
