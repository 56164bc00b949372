/** What Ark bills, in tokens. Source: Ark: model pricing. */
import type { Size } from './models.ts';

export interface TokensWish extends Size {
  readonly resolution: string;
  readonly seconds: number;
  /** Sum of the reference videos; 0 without. */
  readonly inputSeconds: number;
}

/**
 * The seconds billed at least when a video is given: the official table for 480p and 720p, 1.8 times the output at 1080p
 * [I]. 4k and 2.5 have no published floor [?]: the table's rule.
 */
function leastSeconds({ resolution, seconds }: TokensWish): number {
  return Math.ceil(resolution === '1080p' ? 1.8 * seconds : (5 * seconds) / 3);
}

/** usage.completion_tokens of a finished task. Whether 2.x counts an extra frame is open [?]: it does not here. */
export function tokensOf(wish: TokensWish): number {
  const total = wish.inputSeconds + wish.seconds;
  const billed = wish.inputSeconds > 0 ? Math.max(total, leastSeconds(wish)) : total;
  return Math.round((billed * wish.width * wish.height * 24) / 1024);
}
