import type { Named } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import { type Json, lookUp } from '../domain/json.ts';
import { nearest } from '../domain/nearest.ts';
import type { Warning } from '../domain/request.ts';
import { FROM } from './mode-words.ts';
import { describeProblem } from './option-problem.ts';
import { ignored } from './resolve-fields.ts';
import { quote } from './resolve-inputs.ts';
import type { Question, Resolved } from './resolve-request.ts';

type Options = Readonly<Record<string, Json>>;

/**
 * The vendor's own knobs. A name the model has is checked by its schema; a harmless one is dropped with a warning; one
 * that only other models have is refused; one that nobody has is dropped with a warning and the nearest known name.
 */
export function resolveOptions(question: Question): Resolved<Options> {
  const { draft, capabilities, catalogue } = question;
  const own: Record<string, Named<unknown>> = {};
  const issues: Issue[] = [];
  const warnings: Warning[] = [];
  const unknown: [string, Named<unknown>][] = [];
  for (const [name, asked] of Object.entries(draft.options)) {
    const harmless = lookUp(capabilities.harmless, name);
    if (Object.hasOwn(capabilities.options.shape, name)) own[name] = asked;
    else if (harmless !== undefined) warnings.push(...ignored(asked.param, harmless, asked.value).warnings);
    else if (catalogue.knownNames.has(name)) issues.push(foreignOption(question, asked));
    else unknown.push([name, asked]);
  }
  const strange = resolveUnknown(question, unknown);
  warnings.push(...(strange.warnings ?? []));
  issues.push(...(strange.issues ?? []));
  const parsed = capabilities.options.safeParse(
    Object.fromEntries(Object.entries(own).map(([name, { value }]) => [name, value])),
  );
  if (parsed.success) return { value: parsed.data as Options, issues, warnings }; // option schemas hold JSON only
  const bad = parsed.error.issues.map((problem): Issue => {
    const asked = own[String(problem.path[0])];
    const param = [asked?.param ?? String(problem.path[0]), ...problem.path.slice(1)].join('.');
    return {
      param,
      code: 'invalid_value',
      message: `${param} is ${quote(asked?.value)}; it ${describeProblem(problem)}.`,
    };
  });
  return { value: {}, issues: [...issues, ...bad], warnings };
}

function foreignOption({ draft, capabilities, mode }: Question, { param }: Named<unknown>): Issue {
  const known = Object.keys(capabilities.options.shape);
  const own = known.length > 0 ? ` Options here: ${known.join(', ')}.` : ' It has no options here.';
  return {
    param,
    code: 'unsupported_field',
    message: `${param} is not supported by ${draft.model} ${FROM[mode]}.${own}`,
  };
}

/** A few unknown names are mistakes, each with its warning; more than these are no request for a video. */
const MOST_UNKNOWN = 50;
const MOST_SHOWN_CHARS = 100;

function resolveUnknown(
  question: Question,
  unknown: readonly [string, Named<unknown>][],
): { readonly warnings?: readonly Warning[]; readonly issues?: readonly Issue[] } {
  const [first] = unknown;
  if (!first || unknown.length <= MOST_UNKNOWN) {
    return { warnings: unknown.map(([name, asked]) => unknownName(question, name, asked)) };
  }
  const param = first[1].param.slice(0, MOST_SHOWN_CHARS);
  const message = `${param} and ${unknown.length - 1} more fields are not known to Onereel; at most ${MOST_UNKNOWN} unknown fields are ignored.`;
  return { issues: [{ param, code: 'invalid_value', message }] };
}

function unknownName({ draft, capabilities, catalogue }: Question, name: string, asked: Named<unknown>): Warning {
  const param = asked.param.slice(0, MOST_SHOWN_CHARS);
  const known = [
    ...(draft.vocabulary?.fields ?? []),
    ...Object.keys(capabilities.options.shape),
    ...catalogue.knownNames,
  ];
  const [near] = nearest(name, known, 1);
  return {
    code: 'unknown_field',
    param,
    message: `${param} is not a field that Onereel knows; it is ignored.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  };
}
