import type { Capabilities, InputRule, Model } from '../../src/domain/model.ts';
import type { Submission } from '../../src/domain/provider.ts';
import type { DeliveredMedia, GenerationRequest, Input, Mode } from '../../src/domain/request.ts';

/** An input as the rule wants it delivered; addresses are told apart by role, kind and number. */
function inputFor(rule: InputRule, number: number): Input<DeliveredMedia> {
  const mediaType = rule.mediaTypes[0] ?? 'application/octet-stream';
  const name = `${rule.role}-${number}.${mediaType.split('/')[1]}`;
  const source =
    rule.as === 'bytes'
      ? { base64: Buffer.from(name).toString('base64'), mediaType }
      : { url: `https://example.com/${name}` };
  return { role: rule.role, kind: rule.kind, source, ...(rule.kind !== 'image' && { seconds: 4 }) };
}

/** A request with every default of a mode and at least one input of each rule. */
export function sampleRequest(mode: Mode, capabilities: Capabilities): GenerationRequest<DeliveredMedia> {
  return {
    mode,
    prompt: 'a fox in the snow',
    inputs: capabilities.inputs.flatMap((rule) =>
      Array.from({ length: Math.max(1, rule.min) }, (_, index) => inputFor(rule, index + 1)),
    ),
    seconds: capabilities.defaultSeconds,
    resolution: capabilities.defaultResolution,
    ...(capabilities.defaultAspectRatio !== undefined && { aspectRatio: capabilities.defaultAspectRatio }),
    audio: capabilities.audio.default,
    offPeak: false,
    options: capabilities.options.parse({}) as GenerationRequest['options'], // schemas of options make JSON
  };
}

/** The same request as it is before inputs are delivered: for `check`, `cost` and `horizonSeconds`. */
export const undelivered = (request: GenerationRequest<DeliveredMedia>): GenerationRequest => ({
  ...request,
  inputs: request.inputs.map(({ source, ...rest }) => ({
    ...rest,
    source: 'url' in source ? source : { stored: 'inputs/1', mediaType: source.mediaType, bytes: source.base64.length },
  })),
});

export const sampleSubmission = (
  model: Model,
  request: GenerationRequest<DeliveredMedia>,
  settings: Submission['settings'] = {},
): Submission => ({ model, request, tag: 'onereel-1-42', settings });

/** Every mode that a model has. */
export const modesOf = (model: Model): readonly (readonly [Mode, Capabilities])[] =>
  Object.entries(model.modes) as [Mode, Capabilities][]; // keys of a record of modes
