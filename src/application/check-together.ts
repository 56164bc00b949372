import type { Issue } from '../domain/issue.ts';
import type { Capabilities, InputRule } from '../domain/model.ts';
import { ROUNDING_SECONDS } from './check-facts.ts';
import { fieldOf, inputNoun } from './input-words.ts';
import type { KeptInput } from './keep-input.ts';

/** Limits that several inputs share: their length in all, and how far two frames may be apart. */
export const togetherIssues = (inputs: readonly KeptInput[], capabilities: Capabilities): readonly Issue[] => [
  ...capabilities.inputs.flatMap((rule) => tooLongTogether(inputs, rule)),
  ...unlikeFrames(inputs, capabilities),
];

/** Videos and sounds, against the limit that a model sets for all of a kind. */
function tooLongTogether(inputs: readonly KeptInput[], { role, kind, seconds }: InputRule): readonly Issue[] {
  const same = inputs.filter(({ draft }) => draft.role === role && draft.kind === kind);
  const [first] = same;
  const total = same.reduce((sum, { facts }) => sum + (facts.seconds ?? 0), 0);
  if (!first || seconds?.total === undefined || total <= seconds.total + ROUNDING_SECONDS) return [];
  const param = fieldOf(first.draft.param);
  const message = `${param} holds ${inputNoun(first.draft, same.length)} of ${Math.round(total * 10) / 10} s in all; at most ${seconds.total} s are allowed.`;
  return [{ param, code: 'input_invalid', message }];
}

function unlikeFrames(inputs: readonly KeptInput[], { framePair }: Capabilities): readonly Issue[] {
  const first = inputs.find(({ draft }) => draft.role === 'first_frame');
  const last = inputs.find(({ draft }) => draft.role === 'last_frame');
  if (!framePair || !first || !last) return [];
  const ratio = pixelsOf(first) / pixelsOf(last);
  if (!(ratio < framePair.min || ratio > framePair.max)) return [];
  const param = last.draft.param;
  const message = `${first.draft.param} is ${sizeOf(first)} and ${param} ${sizeOf(last)}: the first frame has ${Math.round(ratio * 1000) / 1000} times the pixels of the last; ${framePair.min} to ${framePair.max} times is allowed.`;
  return [{ param, code: 'input_invalid', message }];
}

const pixelsOf = ({ facts: { width = Number.NaN, height = Number.NaN } }: KeptInput): number => width * height;
const sizeOf = ({ facts: { width, height } }: KeptInput): string => `${width} x ${height} px`;
