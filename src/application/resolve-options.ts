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
  for (const [name, asked] of Object.entries(draft.options)) {
    const harmless = lookUp(capabilities.harmless, name);
    if (Object.hasOwn(capabilities.options.shape, name)) own[name] = asked;
    else if (harmless !== undefined) warnings.push(...ignored(asked.param, harmless, asked.value).warnings);
    else if (catalogue.knownNames.has(name)) issues.push(foreignOption(question, asked));
    else warnings.push(unknownName(question, name, asked));
  }
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

function unknownName({ draft, capabilities, catalogue }: Question, name: string, { param }: Named<unknown>): Warning {
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
