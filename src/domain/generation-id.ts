const MOST = 2n ** 63n - 1n;
/** Every spelling we know of one id: UniAll, OpenAI, Ark, or the bare number (Vidu). */
const SPELLING = /^(?:task_|video_|cgt-)?([0-9]{1,19})$/;

/** Reads an id in any dialect's spelling; undefined when it cannot be one of ours. */
export function parseGenerationId(text: string): bigint | undefined {
  const digits = SPELLING.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const id = BigInt(digits);
  return id <= MOST && id > 0n ? id : undefined;
}
