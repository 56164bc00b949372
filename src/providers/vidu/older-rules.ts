import type { Issue } from '../../domain/issue.ts';
import type { Model } from '../../domain/model.ts';
import { type GenerationRequest, inputsOf } from '../../domain/request.ts';
import { takesSubjects } from './subjects.ts';

/** Vidu: audio before Q3. It must be asked for, is in the subjects form of references only, and never off-peak. */
export function soundRules(request: GenerationRequest, { id }: Model): readonly Issue[] {
  if (id.startsWith('viduq3')) return [];
  if (!request.audio) {
    return ['audio_type', 'voice_id']
      .filter((name) => request.options[name] !== undefined)
      .map((name) =>
        conflict(`options.${name}`, `${name} goes along with sound only: ask for audio too, or leave it out.`),
      );
  }
  const isPlain = request.mode === 'references' && !takesSubjects(request, id);
  return [
    ...(isPlain
      ? [conflict('audio', `${id} makes sound from references only when the prompt names them, such as @Image1.`)]
      : []),
    ...(request.offPeak ? [conflict('audio', `${id} makes no sound in off-peak hours.`)] : []),
  ];
}

const conflict = (param: string, message: string): Issue => ({ param, code: 'conflicting_inputs', message });

const MOST_IMAGES_BESIDE_VIDEO = 4;
const LONGEST_OF_TWO_SECONDS = 5;
/** Files are rarely cut to the frame. */
const TOLERANCE_SECONDS = 0.05;

/** Vidu: reference2video with `videos`. One of up to 8 s, or two of up to 5 s, and at most 4 images. */
export function videoRules(request: GenerationRequest): readonly Issue[] {
  const videos = inputsOf(request, 'reference', 'video');
  const images = inputsOf(request, 'reference', 'image').length;
  if (videos.length === 0) return [];
  const long = videos.find(({ seconds = 0 }) => seconds > LONGEST_OF_TWO_SECONDS + TOLERANCE_SECONDS);
  return [
    ...(images > MOST_IMAGES_BESIDE_VIDEO
      ? [
          conflict(
            'reference.image',
            `There are ${images} reference images beside a video; at most ${MOST_IMAGES_BESIDE_VIDEO} are allowed then, 7 without.`,
          ),
        ]
      : []),
    ...(videos.length > 1 && long
      ? [
          conflict(
            'reference.video',
            `One of two reference videos is ${long.seconds} s long; two may have ${LONGEST_OF_TWO_SECONDS} s each, one alone 8 s.`,
          ),
        ]
      : []),
  ];
}
