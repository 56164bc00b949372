import type { Model } from '../domain/model.ts';
import type { DeliveredMedia, GenerationRequest, Input, InputSource } from '../domain/request.ts';
import type { Media } from './ports.ts';

/** Makes a link to a kept input for a vendor; undefined while this server has no public address. */
export type InputLink = (id: bigint) => string | undefined;

/**
 * Puts every input into the form that was decided for it: an address, a link of ours, a data URI, or bytes. `input_gone`
 * when a kept input is not there any more, `no_link` when the public address has been taken away since.
 */
export async function deliverMedia(
  { media, inputLink }: { readonly media: Pick<Media, 'readBase64'>; readonly inputLink: InputLink },
  request: GenerationRequest,
  model: Model,
): Promise<GenerationRequest<DeliveredMedia> | 'input_gone' | 'no_link'> {
  const inputs: Input<DeliveredMedia>[] = [];
  for (const input of request.inputs) {
    const link = linkTo(inputLink, input.source);
    if (link === 'no_link') return link;
    const source = link ?? (await deliver(media, input, wantsBytes(model, request, input)));
    if (source === 'input_gone') return source;
    inputs.push({ ...input, source });
  }
  return { ...request, inputs };
}

function linkTo(inputLink: InputLink, source: InputSource): DeliveredMedia | 'no_link' | undefined {
  if (!('stored' in source) || source.send !== 'link' || source.id === undefined) return undefined;
  const url = inputLink(BigInt(source.id));
  return url === undefined ? 'no_link' : { url };
}

const wantsBytes = (model: Model, { mode }: GenerationRequest, { role, kind }: Input): boolean =>
  model.modes[mode]?.inputs.some((rule) => rule.role === role && rule.kind === kind && rule.as === 'bytes') ?? false;

async function deliver(
  media: Pick<Media, 'readBase64'>,
  { source }: Input,
  bytes: boolean,
): Promise<DeliveredMedia | 'input_gone'> {
  if ('url' in source) return source;
  const base64 = await media.readBase64(source.stored);
  if (base64 === undefined) return 'input_gone';
  return bytes ? { base64, mediaType: source.mediaType } : { url: `data:${source.mediaType};base64,${base64}` };
}
