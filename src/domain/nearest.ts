/** Edit distance of two short words (Levenshtein), given up above `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + same));
    }
    before = row;
  }
  return before[b.length] ?? most + 1;
}

/** Up to `count` words that a typing error could have meant, nearest first. */
export function nearest(word: string, words: Iterable<string>, count: number): readonly string[] {
  // A long word from a stranger is cut: the distance costs length times length.
  const asked = word.slice(0, 64).toLowerCase();
  const most = Math.max(2, Math.floor(asked.length / 3));
  return [...words]
    .map((candidate) => ({ candidate, away: distance(asked, candidate.toLowerCase(), most) }))
    .filter(({ away }) => away <= most)
    .sort((a, b) => a.away - b.away || a.candidate.localeCompare(b.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
