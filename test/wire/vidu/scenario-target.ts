import { type MediaServer, pngOf } from '../../harness/media-server.ts';
import { type ViduAccount, ViduRefusal } from './client.ts';
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
