/** Ctrl-C and SIGTERM as an AbortSignal. The second one ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Signals end the process again as they do by themselves. */
  end(): void;
}

export function onInterruption(): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    end: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
