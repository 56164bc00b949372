import type { Recipe } from '../kit/task.ts';
import type { ArkRequest } from './check.ts';
import type { ArkInputs } from './inputs.ts';
import { nearestRatio, type Size } from './models.ts';

/** The ratio of the file: as asked, or for `adaptive` the table's ratio nearest to the first picture given, else 16:9. */
export function fileRatio({ ratio }: ArkRequest, { first, videos, images }: ArkInputs): string {
  if (ratio !== 'adaptive') return ratio;
  const shown = [first, ...videos, ...images].find((input) => input !== undefined)?.facts;
  return shown === undefined || shown.kind === 'audio' ? '16:9' : nearestRatio(shown);
}

/** The pixels of the file, by the page's table. */
export function fileSize(request: ArkRequest, ratio: string): Size {
  const size = request.model.sizes[request.resolution]?.[ratio];
  if (size === undefined) throw new Error(`no size for ${request.resolution} ${ratio}`);
  return size;
}

export interface RecipeWish extends Size {
  readonly request: ArkRequest;
  readonly inputs: ArkInputs;
  readonly seed: number;
}

export function recipeOf({ request, inputs, seed, width, height }: RecipeWish): Recipe {
  const { content, body, seconds, audio, resolution } = request;
  const { first, last, images, videos, audios } = inputs;
  return {
    prompt: content.prompt,
    seed,
    seconds,
    width,
    height,
    fps: 24,
    audio,
    label: `${body.model} · ${content.mode} · ${resolution}`,
    ...(first && { first: first.kept }),
    ...(last && { last: last.kept }),
    ...(content.mode === 'reference' && { references: [...images, ...videos, ...audios].map((input) => input.kept) }),
    ...(request.watermark && { watermark: { text: 'AI 生成', position: 'bottom-right' } }),
  };
}
