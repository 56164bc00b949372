import type { Issue } from '../../domain/issue.ts';
import type { GenerationRequest } from '../../domain/request.ts';
import { subjectsIn } from './options.ts';

const MOST_PLAIN_ON_PRO = 4;
const MOST_WITH_VIDEO = 1;

/** Vidu: reference2video, subjects. viduq2-pro: at most 4 subjects without a video and 1 with, if they are temporary. */
export function subjectRules(request: GenerationRequest, modelId: string): readonly Issue[] {
  const subjects = subjectsIn(request.options);
  if (!subjects) {
    return request.options['auto_subjects'] === true
      ? [conflict('options.auto_subjects', 'auto_subjects goes along with subjects only.')]
      : [];
  }
  const withVideo = subjects.filter(({ videos }) => videos > 0).length;
  const plain = subjects.length - withVideo;
  return [
    ...(withVideo > MOST_WITH_VIDEO
      ? [count(`${withVideo} subjects have a video; at most ${MOST_WITH_VIDEO} may have one.`)]
      : []),
    ...(modelId === 'viduq2-pro' && plain > MOST_PLAIN_ON_PRO
      ? [count(`${plain} subjects without a video; ${modelId} takes at most ${MOST_PLAIN_ON_PRO}.`)]
      : []),
  ];
}

const conflict = (param: string, message: string): Issue => ({ param, code: 'conflicting_inputs', message });
const count = (message: string): Issue => ({
  param: 'options.subjects',
  code: 'invalid_value',
  message,
  isCount: true,
});
