import type { Issue } from '../../domain/issue.ts';
import { type GenerationRequest, inputsOf } from '../../domain/request.ts';

/** A rule of Ark that data cannot state: sound alone is no reference on 2.0. */
export function arkCheck(request: GenerationRequest): readonly Issue[] {
  const sounds = inputsOf(request, 'reference', 'audio').length;
  if (sounds === 0 || sounds < request.inputs.length) return [];
  const message = 'Reference audio alone is not enough for Seedance 2.0: add at least one reference image or video.';
  return [{ param: 'reference.audio', code: 'missing_field', message }];
}
