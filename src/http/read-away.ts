import type { IncomingMessage } from 'node:http';

/** Who was refused may send the rest of a body for so long. */
const LINGER_SECONDS = 30;

/**
 * Lets the rest of a refused body come and go: a client that still writes would see a reset instead of the answer. One
 * that never ends is cut off.
 */
export function readAway(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LINGER_SECONDS * 1000);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
}
