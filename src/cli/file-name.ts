const MOST_WORDS = 6;
const MOST_CHARS = 40;

/** A file name from the words of a prompt: `A fox, in the snow!` gives `a-fox-in-the-snow`. `video` when it has none. */
export function nameFrom(prompt: string): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const name = [...words.slice(0, MOST_WORDS).join('-')].slice(0, MOST_CHARS).join('').replace(/-+$/, '');
  return name === '' ? 'video' : name;
}
