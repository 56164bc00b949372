import { type Catalogue, capabilitiesOf, modesOf, type OpenRoute } from '../domain/catalogue.ts';
import type { Draft, Named } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import type { Mode } from '../domain/request.ts';
import { fieldOf, inputName } from './input-words.ts';

/** What a video is made from, as the end of a sentence: "takes 1 to 16 seconds from references". */
export const FROM: Readonly<Record<Mode, string>> = {
  text: 'from a prompt alone',
  image: 'from a first frame',
  frames: 'from a first and a last frame',
  references: 'from references',
  extend: 'from a video to extend',
  edit: 'from a video to edit',
};

/** What a model cannot be asked for, said once for all its routes. */
export function unsupportedMode(draft: Draft, mode: Mode, routes: readonly OpenRoute[]): Issue {
  const able = modesOf(routes).map((known) => needsOf(draft, rulesOf(routes, known)));
  const takes = `${draft.model} makes no video ${FROM[mode]}. It takes ${able.join('; or ')}.`;
  const [input] = draft.inputs;
  if (input) {
    const param = fieldOf(input.param);
    return { param, code: 'unsupported_field', message: `${param} is not supported here: ${takes}` };
  }
  const [need] = rulesOf(routes, modesOf(routes)[0] ?? mode);
  const param = need ? inputName(draft, need) : 'prompt';
  return { param, code: 'missing_field', message: `${param} is required: ${takes}` };
}

const MOST_NAMED = 12;

/** The endpoint says what the video is made from, and this model cannot: names those of its family that can. */
export function wrongEndpoint(draft: Draft, { value: mode, param }: Named<Mode>, catalogue: Catalogue): Issue {
  const family = catalogue.find(draft.model)?.family;
  const able = catalogue.models.filter(
    (model) => model.family === family && modesOf(catalogue.routesOf(model)).includes(mode),
  );
  // A vendor's own names first: each of them stands for all its tiers.
  const whole = able.filter(({ routes }) => routes.every(({ fixed }) => fixed.resolution === undefined));
  const names = (whole.length > 0 ? whole : able).slice(0, MOST_NAMED).map(({ id }) => id);
  const can = names.length > 0 ? `These do: ${names.join(', ')}.` : 'None of its family does.';
  const message = `model is ${draft.model}, which makes no video ${FROM[mode]} (${param}). ${can}`;
  return { param: 'model', code: 'unsupported_field', message };
}

const rulesOf = (routes: readonly OpenRoute[], mode: Mode): readonly InputRule[] =>
  routes.map((open) => capabilitiesOf(open, mode)).find((found) => found !== undefined)?.inputs ?? [];

function needsOf(draft: Draft, rules: readonly InputRule[]): string {
  if (rules.length === 0) return 'prompt alone';
  const names = rules.map((rule) => inputName(draft, rule));
  return names.join(rules.some(({ min }) => min === 0) ? ', ' : ' with ');
}
