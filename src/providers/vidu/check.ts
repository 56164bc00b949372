import type { Issue } from '../../domain/issue.ts';
import type { Model } from '../../domain/model.ts';
import { type GenerationRequest, inputsOf } from '../../domain/request.ts';
import { soundRules, videoRules } from './older-rules.ts';
import { namedReferences } from './reference-names.ts';
import { subjectRules } from './subject-rules.ts';
import { takesSubjects } from './subjects.ts';

export interface ViduRules {
  /** Prompt limit on plain reference images, where the variant's page has a lower one. */
  readonly plainReferencesMaxChars?: number;
}

/** Rules of Vidu that data cannot state: references named in the prompt exist, videos fit together. */
export const viduCheck =
  ({ plainReferencesMaxChars }: ViduRules) =>
  (request: GenerationRequest, model: Model): readonly Issue[] => [
    ...unknownNames(request),
    ...subjectRules(request, model.id),
    ...promptTooLong(request, takesSubjects(request, model.id) ? undefined : plainReferencesMaxChars),
    ...soundRules(request, model),
    ...videoRules(request),
  ];

function unknownNames(request: GenerationRequest): readonly Issue[] {
  if (request.mode !== 'references' || request.options['subjects'] !== undefined) return [];
  const count = inputsOf(request, 'reference').length;
  return namedReferences(request.prompt)
    .filter((number) => number < 1 || number > count)
    .map((number) => ({
      param: 'prompt',
      code: 'invalid_value',
      message: `prompt names @Image${number}, but there ${count === 1 ? 'is 1 reference image' : `are ${count} reference images`}: ${count === 1 ? 'only @Image1' : `@Image1 to @Image${count}`} can be named.`,
    }));
}

function promptTooLong(request: GenerationRequest, maxChars: number | undefined): readonly Issue[] {
  if (request.mode !== 'references' || maxChars === undefined || request.prompt.length <= maxChars) return [];
  const chars = [...request.prompt].length;
  if (chars <= maxChars) return [];
  const message = `prompt has ${chars} characters; with reference images at most ${maxChars} are allowed.`;
  return [{ param: 'prompt', code: 'invalid_value', message }];
}
