/** Width over height of a ratio written `16:9`; undefined when it is not one. */
export function ratioOf(text: string): number | undefined {
  const match = /^(\d+):(\d+)$/.exec(text);
  return match === null ? undefined : Number(match[1]) / Number(match[2]);
}

const LONGEST_SIDE = 4398; // the studio's limit
const even = (side: number): number => Math.max(2, Math.round(side / 2) * 2);

/** The short side is the tier, the long side follows the ratio; both even. */
export function pixelsOf({ shortSide, ratio }: { readonly shortSide: number; readonly ratio: number }): {
  readonly width: number;
  readonly height: number;
} {
  const long = Math.min(LONGEST_SIDE, even(shortSide * Math.max(ratio, 1 / ratio)));
  return ratio >= 1 ? { width: long, height: even(shortSide) } : { width: even(shortSide), height: long };
}
