import type { DraftInput } from '../domain/draft.ts';
import { parseFileId } from '../domain/file-id.ts';
import type { Issue } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import { inputName, inputNoun } from './input-words.ts';
import { FROM } from './mode-words.ts';
import type { Question } from './resolve-request.ts';

const ruleFor = (rules: readonly InputRule[], input: DraftInput): InputRule | undefined =>
  rules.find((rule) => rule.role === input.role && rule.kind === input.kind);

/** Counts and kinds of the inputs, and the form of their addresses. What is behind an address is checked where it is fetched. */
export function checkInputs(question: Question): readonly Issue[] {
  const { draft, capabilities, mode } = question;
  const { inputs: rules, totalInputs } = capabilities;
  const foreign = draft.inputs
    .filter((input) => !ruleFor(rules, input))
    .map(
      (input): Issue => ({
        param: input.param,
        code: 'unsupported_field',
        message: `${input.param} is not supported: ${FROM[mode]}, ${draft.model} takes ${rules.map(describeRule).join(', ') || 'no media'}.`,
      }),
    );
  const counts = rules.flatMap((rule) =>
    checkCount(
      question,
      draft.inputs.filter((input) => ruleFor([rule], input)),
      rule,
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
            isCount: true,
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

const describeRule = (rule: InputRule): string => `${describeCount(rule)} ${inputNoun(rule, rule.max)}`;

function describeCount({ min, max }: InputRule): string {
  if (min === max) return `exactly ${max}`;
  if (min === 0) return `at most ${max}`;
  return max - min === 1 ? `${min} or ${max}` : `${min} to ${max}`;
}

/** `images[3]` and `content[3].image_url.url` belong to `images` and `content`. */
const listName = (param: string): string => param.replace(/\[\d+\](\..*)?$/, '');

function checkCount({ draft }: Question, inputs: readonly DraftInput[], rule: InputRule): readonly Issue[] {
  const count = inputs.length;
  if (count >= rule.min && count <= rule.max) return [];
  const [first] = inputs;
  const param = first ? listName(first.param) : inputName(draft, rule);
  const message = `${param} holds ${count} ${inputNoun(rule, count)}; ${draft.model} takes ${describeCount(rule)}.`;
  return [{ param, code: count === 0 ? 'missing_field' : 'invalid_value', message, isCount: true }];
}

const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+)(?:;[a-z0-9=-]+)*;base64,/i;

function checkAddress(input: DraftInput, rule: InputRule | undefined): readonly Issue[] {
  if (input.url.startsWith('data:')) return rule ? checkDataUri(input, rule) : [];
  if (parseFileId(input.url) !== undefined) return [];
  const parsed = URL.canParse(input.url) ? new URL(input.url) : undefined;
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:') && parsed.hostname) return [];
  return [
    {
      param: input.param,
      code: 'invalid_value',
      message: `${input.param} is ${quote(input.url)}; it must be an http or https URL, a data URI such as data:image/png;base64,…, or the id of a file from POST /v1/files (file_…).`,
    },
  ];
}

function checkDataUri({ url, param }: DraftInput, rule: InputRule): readonly Issue[] {
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
