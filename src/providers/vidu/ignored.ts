import type { Model } from '../../domain/model.ts';
import type { Ignored } from '../../domain/provider.ts';
import type { GenerationRequest } from '../../domain/request.ts';
import { subjectsIn } from './options.ts';
import { heedsVoices, takesSubjects } from './subjects.ts';

/** Music and voices that were asked for and will not be there. */
export const viduIgnored = (request: GenerationRequest, model: Model): readonly Ignored[] => [
  ...ignoredMusic(request, model),
  ...ignoredVoices(request, model),
];

function ignoredVoices(request: GenerationRequest, { id }: Model): readonly Ignored[] {
  if (heedsVoices(id)) return [];
  return (subjectsIn(request.options) ?? []).flatMap(({ voice_id }, index) =>
    voice_id === undefined
      ? []
      : [{ param: `options.subjects[${index}].voice_id`, reason: 'Q3 models choose the voice themselves' }],
  );
}

function ignoredMusic(request: GenerationRequest, model: Model): readonly Ignored[] {
  const reason = whyNoMusic(request, model.id);
  return request.options['bgm'] === true && reason !== undefined ? [{ param: 'options.bgm', reason }] : [];
}

/** Vidu: common parameters. `bgm` is no field of the subjects form, and is not heeded for the longest Q2 clips. */
export function whyNoMusic(request: GenerationRequest<unknown>, modelId: string): string | undefined {
  if (takesSubjects(request, modelId)) return 'there is no background music with named references';
  const isLong = request.seconds === 9 || request.seconds === 10;
  return modelId.startsWith('viduq2') && isLong ? 'Q2 models add no background music at 9 and 10 s' : undefined;
}
