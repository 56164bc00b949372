import type { Readable } from 'node:stream';

const MOST_AHEAD_BYTES = 256 * 1024;

/**
 * Takes in what arrives from now on, a little ahead of the reader. A stream that breaks throws away what it still holds:
 * on a line that drops again and again a download would then never get on.
 */
export function readAhead(body: Readable): AsyncIterable<Uint8Array> {
  const arrived: Uint8Array[] = [];
  let ahead = 0;
  let over: { readonly error?: unknown } | undefined;
  let wake = (): void => {};
  const end = (how: { readonly error?: unknown }): void => {
    over ??= how;
    wake();
  };
  body.on('data', (chunk: Uint8Array) => {
    arrived.push(chunk);
    ahead += chunk.length;
    if (ahead >= MOST_AHEAD_BYTES) body.pause();
    wake();
  });
  body.on('end', () => end({}));
  body.on('error', (error) => end({ error }));
  body.on('close', () => end({ error: new Error('the line was closed before the end') }));
  return (async function* () {
    try {
      for (;;) {
        const chunk = arrived.shift();
        if (chunk) {
          ahead -= chunk.length;
          if (ahead < MOST_AHEAD_BYTES) body.resume();
          yield chunk;
        } else if (over) {
          if ('error' in over) throw over.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      body.destroy();
    }
  })();
}
