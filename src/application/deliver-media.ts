import type { Model } from '../domain/model.ts';
import type { DeliveredMedia, GenerationRequest, Input } from '../domain/request.ts';
import type { Media } from './ports.ts';

/**
 * Puts every input into the form the vendor takes: an address as given, a data URI, or bytes. `input_gone` when a kept
 * input is not there any more.
 */
export async function deliverMedia(
  media: Media,
  request: GenerationRequest,
  model: Model,
): Promise<GenerationRequest<DeliveredMedia> | 'input_gone'> {
  const inputs: Input<DeliveredMedia>[] = [];
  for (const input of request.inputs) {
    const source = await deliver(media, input, wantsBytes(model, request, input));
    if (source === 'input_gone') return source;
    inputs.push({ ...input, source });
  }
  return { ...request, inputs };
}

const wantsBytes = (model: Model, { mode }: GenerationRequest, { role, kind }: Input): boolean =>
  model.modes[mode]?.inputs.some((rule) => rule.role === role && rule.kind === kind && rule.as === 'bytes') ?? false;

async function deliver(media: Media, { source }: Input, bytes: boolean): Promise<DeliveredMedia | 'input_gone'> {
  if ('url' in source) return source;
  const base64 = await media.readBase64(source.stored);
  if (base64 === undefined) return 'input_gone';
  return bytes ? { base64, mediaType: source.mediaType } : { url: `data:${source.mediaType};base64,${base64}` };
}
