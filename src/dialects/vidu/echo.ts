import type { Generation } from '../../domain/generation.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { MediaKind } from '../../domain/request.ts';
import type { Fields } from '../kit/read-fields.ts';
import { POSITIONS } from './endpoints.ts';

const MOST_SHOWN_CHARS = 2048;

/** An address as it was given; of a data URI the beginning. */
const shortened = (address: string): string =>
  address.length <= MOST_SHOWN_CHARS ? address : `${address.slice(0, 64)}…`;

function shortenedAll(value: Json): Json {
  if (typeof value === 'string') return shortened(value);
  if (Array.isArray(value)) return value.map(shortenedAll);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortenedAll(member)]));
}

/** What answers repeat of a body and the request itself does not hold. */
export function rememberedEcho({
  fields,
  payload,
  options,
}: {
  readonly fields: Fields;
  readonly payload: string | undefined;
  readonly options: Readonly<Record<string, Json>>;
}): JsonObject {
  const media = ['images', 'videos', 'subjects'].flatMap((name) => {
    const value = fields.get(name)?.value;
    return value === undefined ? [] : [[name, shortenedAll(value)] as const];
  });
  return { ...Object.fromEntries(media), ...options, ...(payload !== undefined && payload !== '' && { payload }) };
}

/** Echo fields of an answer. Of what another protocol made, as much as the request says. */
export function echoOf(generation: Generation) {
  const { request } = generation;
  const said: JsonObject = { ...request.options, ...generation.memory };
  const text = (name: string, usual: string): string => (typeof said[name] === 'string' ? said[name] : usual);
  const position = Object.entries(POSITIONS).find(([, number]) => number === said['wm_position']);
  const subjects = generation.memory?.['subjects'];
  const videos = addressesOf(generation, 'video');
  return {
    prompt: request.prompt,
    images: addressesOf(generation, 'image'),
    ...(videos.length > 0 && { videos }),
    ...(Array.isArray(subjects) && { subjects }),
    duration: request.seconds,
    seed: request.seed ?? 0,
    aspect_ratio: request.aspectRatio === 'adaptive' ? 'auto' : (request.aspectRatio ?? ''),
    resolution: request.resolution,
    movement_amplitude: text('movement_amplitude', 'auto'),
    style: text('style', 'general'),
    bgm: said['bgm'] === true,
    audio: request.audio,
    audio_type: text('audio_type', 'all'),
    is_rec: said['is_rec'] === true,
    payload: text('payload', ''),
    off_peak: request.offPeak,
    watermark: said['watermark'] === true,
    wm_position: position?.[0] ?? 'unspecified',
    wm_url: text('wm_url', ''),
    meta_data: text('meta_data', ''),
    client_request_id: '',
    cus_priority: 0,
  };
}

function addressesOf({ dialect, memory, request }: Generation, kind: MediaKind): string[] {
  const remembered = memory?.[kind === 'image' ? 'images' : 'videos'];
  if (Array.isArray(remembered)) return remembered.map(String);
  if (dialect === 'vidu') return [];
  return request.inputs.flatMap((input) =>
    input.kind === kind && 'url' in input.source ? [shortened(input.source.url)] : [],
  );
}
