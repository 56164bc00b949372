/** A table; bars inside cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

export const code = (text: string): string => `\`${text}\``;

/** Parts of a page, a blank line between them. */
export const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`;

/** 3, 4, 5, 6 is "3 to 6"; 4, 6, 8 is "4, 6 or 8". */
export function numbers(all: readonly number[]): string {
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return 'none';
  if (all.length > 2 && last - first === all.length - 1) return `${first} to ${last}`;
  return words(all.map(String));
}

export const words = (all: readonly string[]): string =>
  all.length < 2 ? (all[0] ?? 'none') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;

/** Groups in the order of their first members; equal keys go together. */
export function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups.values()];
}
