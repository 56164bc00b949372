import type { GenerationRequest } from '../../domain/request.ts';
import { namedReferences } from './reference-names.ts';

/**
 * Models of which reference2video takes `subjects`, so that `@Image1` in a prompt means something. viduq3-mix does not,
 * and viduq2-pro by the CN page only: not.
 */
const WITH_SUBJECTS = new Set(['viduq3', 'viduq3-turbo', 'viduq2', 'viduq1', 'vidu2.0']);

/** Whether a request goes in the subjects form of reference2video. */
export const takesSubjects = ({ mode, prompt }: GenerationRequest<unknown>, modelId: string): boolean =>
  mode === 'references' && WITH_SUBJECTS.has(modelId) && namedReferences(prompt).length > 0;
