/** Ark's rules across fields. Source: Ark: create video generation task. */
import { type ArkBody, readBody } from './body.ts';
import { type ArkContent, readContent } from './content.ts';
import { ARK_MODELS, type ArkModel } from './models.ts';
import { suffixesOf } from './prompt-suffixes.ts';
import { arkRefusal, invalidParameter, unsupportedParameter } from './refusals.ts';

/** A request with every default resolved. */
export interface ArkRequest {
  readonly body: ArkBody;
  readonly model: ArkModel;
  readonly content: ArkContent;
  readonly resolution: string;
  /** May still be `adaptive`: the inputs decide. */
  readonly ratio: string;
  readonly seconds: number;
  readonly audio: boolean;
  readonly watermark: boolean;
}

/** What a model makes when it may choose the length. */
const CHOSEN_SECONDS = 5;

function modelOf(body: ArkBody): ArkModel {
  const model = ARK_MODELS[body.model];
  if (model !== undefined) return model;
  const message = `The model or endpoint ${body.model} does not exist or you do not have access to it.`;
  throw arkRefusal(404, 'InvalidEndpointOrModel.NotFound', message, 'model');
}

/** Fields that a model's family does not have. On 2.x `seed` may be ignored in truth [?]; refusing shows that we sent it. */
function checkFamily(body: ArkBody, { family, flex }: ArkModel): void {
  const newer = family === '2.0' || family === '2.5';
  const refuse = (param: keyof ArkBody, has: boolean): void => {
    if (body[param] !== undefined && !has) throw unsupportedParameter(param, `${body.model} does not have it`);
  };
  refuse('seed', family === '1.0');
  refuse('frames', family === '1.0');
  refuse('camera_fixed', !newer);
  refuse('generate_audio', family !== '1.0');
  refuse('priority', newer);
  refuse('tools', newer);
  refuse('output_format', family === '2.5');
  refuse('omni_reference_task_type', family === '2.5');
  if (body.draft === true) throw unsupportedParameter('draft', `${body.model} does not make drafts here`);
  if (body.output_format === 'mov') throw unsupportedParameter('output_format', 'mov is not made here');
  if (body.service_tier === 'flex' && !flex) throw invalidParameter('service_tier', `${body.model} has default only`);
}

function secondsOf(body: ArkBody, model: ArkModel): number {
  if (body.frames !== undefined) {
    const fits = body.frames >= 29 && body.frames <= 289 && (body.frames - 25) % 4 === 0;
    if (!fits) throw invalidParameter('frames', 'it must be 25 + 4n, from 29 to 289');
    return body.frames / 24;
  }
  const duration = body.duration ?? model.defaultSeconds ?? -1;
  if (duration === -1 && model.family !== '1.0') return CHOSEN_SECONDS;
  const [min, max] = model.seconds;
  if (duration < min || duration > max) throw invalidParameter('duration', `it must be from ${min} to ${max}`);
  return duration;
}

function ratioOf(body: ArkBody, { family }: ArkModel, { mode }: ArkContent): string {
  const oldText = family === '1.0' && mode === 'text';
  const ratio = body.ratio ?? (oldText ? '16:9' : 'adaptive');
  if (oldText && ratio === 'adaptive') throw invalidParameter('ratio', 'text to video has no adaptive ratio');
  const type = body.omni_reference_task_type;
  const onlyAdaptive = family === '2.5' && (mode === 'frames' || type === 'edit' || type === 'extend');
  if (onlyAdaptive && ratio !== 'adaptive') throw invalidParameter('ratio', 'it must be adaptive here');
  return ratio;
}

/** Valid text commands win over the JSON fields: why a gateway must not let a user's prompt carry them. */
function withSuffixes(request: ArkRequest): ArkRequest {
  const { resolution, ratio, duration, watermark } = suffixesOf(request.content.prompt);
  const { model } = request;
  const [min, max] = model.seconds;
  return {
    ...request,
    ...(resolution !== undefined && model.resolutions.includes(resolution) && { resolution }),
    ...(ratio !== undefined && model.sizes['720p']?.[ratio] !== undefined && { ratio }),
    ...(duration !== undefined && duration >= min && duration <= max && { seconds: duration }),
    ...(watermark !== undefined && { watermark }),
  };
}

/** Reads a create body with all defaults, or throws Ark's refusal. */
export function checkRequest(sent: unknown): ArkRequest {
  const body = readBody(sent);
  const model = modelOf(body);
  checkFamily(body, model);
  const content = readContent(body, model);
  const resolution = body.resolution ?? model.defaultResolution;
  if (!model.resolutions.includes(resolution)) {
    throw invalidParameter('resolution', `${body.model} has ${model.resolutions.join(', ')}`);
  }
  if (body.tools !== undefined && content.mode !== 'text')
    throw unsupportedParameter('tools', 'only for text to video');
  return withSuffixes({
    body,
    model,
    content,
    resolution,
    ratio: ratioOf(body, model, content),
    seconds: secondsOf(body, model),
    audio: (body.generate_audio ?? true) && model.family !== '1.0',
    watermark: body.watermark ?? false,
  });
}
