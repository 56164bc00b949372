import { z } from 'zod';

/** "a", "a or b", "a, b and c". */
const listed = (words: readonly string[], last: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const wordsFor = (names: readonly string[]) => ({
  error: ({ code }: { readonly code: string }) =>
    code === 'unrecognized_keys'
      ? `known are ${listed(names, 'and')}`
      : `must be a mapping with ${listed(names, 'and')}`,
});

/** A mapping of exactly these names, as an operator writes it. Its issues are read by `misfitOf`. */
export const strictMapping = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, wordsFor(Object.keys(shape)));

/** A mapping of at least one of these names to values of one kind. */
export const partialMapping = <Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) =>
  z.partialRecord(z.enum(names), value, wordsFor(names)).refine((mapping) => Object.keys(mapping).length > 0, {
    error: `must have at least one of ${listed(names, 'and')}`,
  });

/** What does not fit: where it stands, and a sentence with the place, the value and what is allowed. */
export interface Misfit {
  readonly param: string;
  readonly message: string;
}

export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

/** The first thing in a value that its schema does not take, a strange name before all; `undefined` when it fits. */
export function misfitOf(schema: z.ZodType, value: unknown): Misfit | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return undefined;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) return { param: 'value', message: 'value cannot be used.' };
  const strange = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const param = ['value', ...[...issue.path, ...strange].map(step)].join('');
  if (strange.length > 0) return { param, message: `${param} is not known here; ${issue.message}.` };
  const inside = issue.path.reduce<unknown>((inner, key) => Object(inner)[key], value);
  return { param, message: `${param} is ${shown(inside)}; it ${allowedBy(issue)}.` };
}

const step = (key: PropertyKey): string => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`);

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  string: 'a text',
};

function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${listed(issue.values.map(String), 'or')}`;
    case 'too_small':
      return issue.origin === 'array' ? `must be a list with at least ${issue.minimum} entry` : issue.message;
    case 'too_big':
      return issue.origin === 'array' ? `must be a list with at most ${issue.maximum} entries` : issue.message;
    case 'invalid_type':
      return issue.message.startsWith('must') ? issue.message : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    default:
      return issue.message;
  }
}
