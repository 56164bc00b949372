/** Vidu's rules across fields: the model matrix and what depends on it. Source: Vidu: model matrix, request parameters, usage and limits. */
import type { ViduBody } from './body.ts';
import { resolutionsAt, takesSeconds, VIDU_MODELS, type ViduModel, type ViduRoute } from './models.ts';
import { viduRefusal } from './refusals.ts';

/** A request with every default resolved. */
export interface ViduRequest {
  readonly route: ViduRoute;
  readonly body: ViduBody;
  readonly model: ViduModel;
  readonly seconds: number;
  readonly resolution: string;
  readonly audio: boolean;
  /** Empty where the first image decides. */
  readonly aspectRatio: string;
}

const invalid = (field: string, why: string): never => {
  throw viduRefusal(400, 'FieldInvalid', `fields [${field}] are invalid: ${why}`);
};
const unwanted = (field: string, why: string): never => {
  throw viduRefusal(400, 'FieldUnwanted', `fields [${field}] are not wanted: ${why}`);
};

function modelOf(body: ViduBody): ViduModel {
  const model = VIDU_MODELS[body.model];
  if (model === undefined) throw viduRefusal(400, 'ModelUnavailable', `model ${body.model} is unavailable`);
  return model;
}

function audioOf(route: ViduRoute, body: ViduBody, model: ViduModel): boolean {
  const q3 = model.generation === 'q3';
  const mayHave = q3 || route === 'img2video' || route === 'reference-subjects';
  if (body.audio === true && !mayHave) unwanted('audio', `${body.model} has no audio on this endpoint`);
  const byDefault = route === 'reference-subjects' ? ['viduq3', 'viduq3-turbo'].includes(body.model) : q3;
  return body.audio ?? byDefault;
}

function checkAudioFields({ route, body, model, audio }: ViduRequest): void {
  if (body.voice_id !== undefined && (model.generation === 'q3' || !audio)) {
    unwanted('voice_id', 'only with audio, and not on q3');
  }
  const splits = body.audio_type !== undefined && body.audio_type !== 'all';
  if (splits && model.generation === 'q3') invalid('audio_type', 'q3 cannot split its audio');
  if (body.off_peak === true && body.model === 'viduq3-mix') invalid('off_peak', 'not supported by viduq3-mix');
  if (body.off_peak === true && audio && model.generation !== 'q3')
    invalid('off_peak', `audio on ${route} must be false`);
}

function checkRatio({ route, body, model }: ViduRequest): void {
  const tall = body.aspect_ratio === '3:4' || body.aspect_ratio === '4:3';
  const newer = model.generation === 'q3' || model.generation === 'q2';
  if (tall && route === 'text2video' && !newer) invalid('aspect_ratio', '3:4 and 4:3 need q2 or q3');
}

function countBetween(field: string, count: number, [min, max]: readonly [number, number]): void {
  if (count < min || count > max) {
    throw viduRefusal(
      400,
      'FieldItemCountOutOfRange',
      `fields [${field}] must have ${min} to ${max} items, not ${count}`,
    );
  }
}

function checkReferenceImages({ body }: ViduRequest): void {
  const videos = body.videos?.length ?? 0;
  if (videos > 0 && body.model !== 'viduq2-pro') unwanted('videos', 'only viduq2-pro takes videos');
  if (body.videos !== undefined) countBetween('videos', videos, [0, 2]);
  if (videos === 0 && body.images === undefined) throw viduRefusal(400, 'FieldLacking', 'fields [images] are lacking');
  countBetween('images', body.images?.length ?? 0, [videos > 0 ? 0 : 1, videos > 0 ? 4 : 7]);
}

function checkSubjects({ body }: ViduRequest): void {
  const subjects = body.subjects ?? [];
  const withVideo = subjects.filter((subject) => (subject.videos?.length ?? 0) > 0).length;
  const pro = body.model === 'viduq2-pro';
  if (withVideo > 0 && !pro) unwanted('subjects.videos', 'only viduq2-pro takes videos');
  countBetween('subjects', subjects.length - withVideo, [withVideo > 0 ? 0 : 1, pro ? 4 : 7]);
  // A temporary subject (no server_id) may bring one video subject only.
  countBetween('subjects.videos', withVideo, [0, 1]);
  for (const subject of subjects) {
    if ((subject.name ?? subject.id ?? '') === '')
      throw viduRefusal(400, 'FieldLacking', 'fields [subjects.name] are lacking');
    if (subject.server_id !== undefined) invalid('subjects.server_id', 'no such subject in the library');
    countBetween('subjects.images', (subject.images?.length ?? 0) + (subject.videos?.length ?? 0), [1, 3]);
  }
  const images = subjects.flatMap((subject) => subject.images ?? []).length;
  countBetween('subjects.images', images, [0, 7]);
}

function checkCounts(request: ViduRequest): void {
  const { route, body } = request;
  if (route === 'img2video') countBetween('images', body.images?.length ?? 0, [1, 1]);
  if (route === 'start-end2video') countBetween('images', body.images?.length ?? 0, [2, 2]);
  if (route === 'reference-images') checkReferenceImages(request);
  if (route === 'reference-subjects') checkSubjects(request);
}

const followsImage = (route: ViduRoute): boolean => route === 'img2video' || route === 'start-end2video';

/** Resolves the defaults of a body and refuses, with Vidu's reason, what the matrix does not have. */
export function checkRequest(route: ViduRoute, body: ViduBody): ViduRequest {
  const model = modelOf(body);
  const cell = model.cells[route];
  if (cell === undefined && route === 'reference-subjects' && model.cells['reference-images'] !== undefined) {
    return unwanted('subjects', `${body.model} takes images only`);
  }
  if (cell === undefined) return invalid('model', `${body.model} is not offered on this endpoint`);
  const seconds = body.duration ?? cell.defaultSeconds;
  if (!takesSeconds(body.model, cell, seconds))
    invalid('duration', `${body.model} takes ${cell.seconds.join(' to ')} s`);
  const resolutions = resolutionsAt(body.model, cell, seconds);
  const resolution = body.resolution ?? resolutions[0] ?? cell.defaultResolution;
  if (!resolutions.includes(resolution)) invalid('resolution', `${body.model} takes ${resolutions.join(', ')}`);
  const aspectRatio = followsImage(route) ? '' : (body.aspect_ratio ?? '16:9');
  const request = { route, body, model, seconds, resolution, audio: audioOf(route, body, model), aspectRatio };
  checkCounts(request);
  checkAudioFields(request);
  checkRatio(request);
  return request;
}
