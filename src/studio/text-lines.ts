/** Breaks text into lines: words for scripts with spaces, any character for Han and kana, graphemes for words too long. */
export function breakLines(
  text: string,
  options: { width: number; most: number; measure: (text: string) => number },
): string[] {
  const { width, most, measure } = options;
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text, (word) => measure(word) > width)) {
    if (measure((line + piece).trimEnd()) <= width || line === '') {
      line += piece;
      continue;
    }
    lines.push(line.trimEnd());
    line = piece.trimStart();
    if (lines.length === most) return withEllipsis(lines, options);
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** One Han or kana character, a word with its spaces, or spaces; a no-break space belongs to its word. */
const breakable = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^ \u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+ *| +/gu;

function* pieces(text: string, tooLong: (word: string) => boolean): Generator<string> {
  for (const [word] of text.matchAll(breakable)) {
    if (!tooLong(word)) yield word;
    else for (const { segment } of graphemes.segment(word)) yield segment;
  }
}

function withEllipsis(
  lines: string[],
  { width, measure }: { width: number; measure: (text: string) => number },
): string[] {
  const last = Array.from(graphemes.segment(lines.at(-1) ?? ''), ({ segment }) => segment);
  while (last.length > 0 && measure(`${last.join('').trimEnd()}…`) > width) last.pop();
  return [...lines.slice(0, -1), `${last.join('').trimEnd()}…`];
}

/** One line of drawable text: no control characters, no runs of spaces, at most `most` graphemes. */
export function drawable(text: string, most = 400): string {
  const plain = text
    .slice(0, most * 8)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return Array.from(graphemes.segment(plain), ({ segment }) => segment)
    .slice(0, most)
    .join('');
}
