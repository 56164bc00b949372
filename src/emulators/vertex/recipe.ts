import type { TakenInput } from '../kit/inputs.ts';
import { pixelsOf } from '../kit/pixels.ts';
import type { Recipe } from '../kit/task.ts';
import type { VertexRequest } from './check.ts';
import { sizeOf } from './models.ts';

/** An extension keeps the aspect of its source; everything else is 16:9 or 9:16 as asked. */
function fileSize({ resolution, aspectRatio }: VertexRequest, source: TakenInput | undefined) {
  const asked = sizeOf(resolution, aspectRatio);
  if (source?.facts.kind !== 'video') return asked;
  const { width, height } = source.facts;
  return pixelsOf({ shortSide: Math.min(asked.width, asked.height), ratio: width / height });
}

/** What to render: one video per sample, each with the next seed. */
export function recipesOf(
  request: VertexRequest,
  inputs: ReadonlyMap<string, TakenInput>,
  seed: number,
): readonly Recipe[] {
  const { instance, seconds, audio, mode, modelId, resolution, samples } = request;
  const [first, last, source] = [inputs.get('image'), inputs.get('lastFrame'), inputs.get('video')];
  const references = [...inputs].filter(([at]) => at.startsWith('reference')).map(([, input]) => input.kept);
  return Array.from({ length: samples }, (_, index) => ({
    prompt: instance.prompt ?? '',
    seed: (seed + index) % 2 ** 32,
    seconds,
    ...fileSize(request, source),
    fps: 24,
    audio,
    label: `${modelId} · ${mode} · ${resolution}`,
    ...(first && { first: first.kept }),
    ...(last && { last: last.kept }),
    ...(source && { source: source.kept }),
    ...(references.length > 0 && { references }),
  }));
}
