/** 3, 4, 5, 6 is "3 to 6"; 4, 6, 8 is "4, 6 or 8". */
export function describeNumbers(numbers: readonly number[]): string {
  const [low, high] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  if (numbers.length > 2 && high - low === numbers.length - 1) return `${low} to ${high}`;
  return describeWords(numbers.map(String));
}

export const describeWords = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
