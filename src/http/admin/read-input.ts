import { z } from 'zod';
import { Refusal, refusalOf } from '../../application/refusal.ts';
import type { Issue } from '../../domain/issue.ts';
import { nearest } from '../../domain/nearest.ts';

/**
 * A body or query as its schema wants it. The schema's own message of a field says what is allowed, as "a name of …";
 * what is said to the caller has field, value and that. Values under `secret` are never repeated.
 */
export function readInput<T>(schema: z.ZodType<T>, input: unknown, secret?: string): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new Refusal('invalid_json', 'The body must be a JSON object.');
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refusalOf(parsed.error.issues.flatMap((issue) => issuesOf(issue, { input, schema, secret })));
}

interface Around {
  readonly input: object;
  readonly schema: z.ZodType;
  readonly secret: string | undefined;
}

function issuesOf(issue: z.core.$ZodIssue, { input, schema, secret }: Around): readonly Issue[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownField([...path, name], schema));
  const param = spelled(issue.path);
  const value = issue.path.reduce<unknown>((inner, key) => Object(inner)[key], input);
  if (value === undefined)
    return [{ param, code: 'missing_field', message: `${param} is missing; it must be ${issue.message}.` }];
  const shown = secret !== undefined && path[0] === secret ? 'not usable' : shortened(value);
  return [{ param, code: 'invalid_value', message: `${param} is ${shown}; it must be ${issue.message}.` }];
}

/** `models[0]`, `live.floor_micros`. */
const spelled = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );

function unknownField(path: readonly string[], schema: z.ZodType): Issue {
  const param = path.join('.');
  const known = schema instanceof z.ZodObject && path.length === 1 ? Object.keys(schema.shape) : [];
  const [meant] = nearest(param, known, 1);
  const hint = meant !== undefined ? ` Did you mean ${meant}?` : known.length > 0 ? ` Known: ${known.join(', ')}.` : '';
  return { param, code: 'unsupported_field', message: `${param.slice(0, 100)} is not known here.${hint}` };
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 76)}…` : text;
}

/** A whole number that a query spells. */
export const queryInteger = (allowed: string, { least, most }: { readonly least: number; readonly most: number }) =>
  z
    .string(allowed)
    .regex(/^\d{1,15}$/, allowed)
    .transform(Number)
    .pipe(z.int(allowed).min(least, allowed).max(most, allowed));
