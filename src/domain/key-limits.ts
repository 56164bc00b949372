/** Whether a model's name is among those that a key may use. `*` in a pattern stands for any characters, also none. */
export const isAllowedModel = (patterns: readonly string[], model: string): boolean =>
  patterns.some((pattern) => matches(pattern, model));

/** By parts, so that no pattern is slow. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
