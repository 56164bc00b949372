import type { DraftInput } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import type { Question } from './resolve-request.ts';

const ruleFor = (rules: readonly InputRule[], input: DraftInput): InputRule | undefined =>
  rules.find((rule) => rule.role === input.role && rule.kind === input.kind);

/** Counts and kinds of the inputs, and the form of their addresses. What is behind an address is checked where it is fetched. */
export function checkInputs({ draft, capabilities }: Question): readonly Issue[] {
  const { inputs: rules, totalInputs } = capabilities;
  const foreign = draft.inputs
    .filter((input) => !ruleFor(rules, input))
    .map(
      (input): Issue => ({
        param: input.param,
        code: 'unsupported_field',
        message: `${input.param} is not supported by ${draft.model} here: it takes ${rules.map(describeRule).join(', ') || 'no media'}.`,
      }),
    );
  const counts = rules.flatMap((rule) =>
    checkCount(
      draft.inputs.filter((input) => ruleFor([rule], input)),
      rule,
      draft.model,
    ),
  );
  const total = draft.inputs.length;
  const overall: readonly Issue[] =
    totalInputs && (total < totalInputs.min || total > totalInputs.max)
      ? [
          {
            param: listName(draft.inputs[0]?.param ?? 'inputs'),
            code: 'invalid_value',
            message: `${total} inputs in all; ${draft.model} takes ${totalInputs.min} to ${totalInputs.max}.`,
          },
        ]
      : [];
  return [
    ...foreign,
    ...counts,
    ...overall,
    ...draft.inputs.flatMap((input) => checkAddress(input, ruleFor(rules, input))),
  ];
}

const describeRule = ({ role, kind, min, max }: InputRule): string => {
  const count = min === max ? `${max}` : `${min} to ${max}`;
  return `${count} ${kind}${max === 1 ? '' : 's'} as ${role.replace('_', ' ')}`;
};

/** `images[3]` belongs to `images`. */
const listName = (param: string): string => param.replace(/\[\d+\](\..*)?$/, '');

function checkCount(inputs: readonly DraftInput[], rule: InputRule, model: string): readonly Issue[] {
  const count = inputs.length;
  if (count >= rule.min && count <= rule.max) return [];
  const param = listName(inputs[0]?.param ?? `${rule.role}.${rule.kind}`);
  const allowed = rule.min === rule.max ? `exactly ${rule.max}` : `${rule.min} to ${rule.max}`;
  return [
    {
      param,
      code: count === 0 ? 'missing_field' : 'invalid_value',
      message: `${param} has ${count} ${count === 1 ? 'entry' : 'entries'}; ${model} takes ${allowed} ${rule.kind}${rule.max === 1 ? '' : 's'} here.`,
    },
  ];
}

const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+)(?:;[a-z0-9=-]+)*;base64,/i;

function checkAddress(input: DraftInput, rule: InputRule | undefined): readonly Issue[] {
  if (input.url.startsWith('data:')) return rule ? checkDataUri(input, rule) : [];
  const parsed = URL.canParse(input.url) ? new URL(input.url) : undefined;
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:') && parsed.hostname) return [];
  return [
    {
      param: input.param,
      code: 'invalid_value',
      message: `${input.param} is ${quote(input.url)}; it must be an http or https URL${rule?.as === 'url' ? '' : ', or a data URI such as data:image/png;base64,…'}.`,
    },
  ];
}

function checkDataUri({ url, param }: DraftInput, rule: InputRule): readonly Issue[] {
  if (rule.as === 'url') {
    return [
      {
        param,
        code: 'invalid_value',
        message: `${param} is a data URI; this model takes a ${rule.kind} only by a public http or https URL.`,
      },
    ];
  }
  const type = DATA_URI.exec(url.slice(0, 200))?.[1]?.toLowerCase();
  if (type?.startsWith(`${rule.kind}/`)) return [];
  return [
    {
      param,
      code: 'invalid_value',
      message: `${param} is ${quote(url)}; a data URI must look like data:${rule.kind}/…;base64,….`,
    },
  ];
}

/** A stranger's value in a message: short, and as JSON, so that blanks and control characters show. */
export const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 76)}…${text.endsWith('"') ? '"' : ''}` : text;
};
