import { Refusal } from '../../application/refusal.ts';
import type { Draft, Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Warning } from '../../domain/request.ts';
import { collectIssues } from '../kit/issue-collector.ts';
import { type Fields, issue, readBoolean, readInteger, readText, refuseHeap } from '../kit/read-fields.ts';
import { rememberedEcho } from './echo.ts';
import type { Endpoint } from './endpoints.ts';
import { refuseForeignMedia } from './foreign-media.ts';
import { MEDIA_FIELDS, readMedia } from './read-media.ts';
import { readOptions } from './read-options.ts';
import { readPayload, readWebAddress } from './words.ts';

/** What a body asks for, and what of it is given back. */
export interface ParsedBody {
  readonly draft: Draft;
  readonly memory: JsonObject;
  readonly callbackUrl?: Named<string>;
  readonly warnings: readonly Warning[];
}

/** What the protocol has beside the options of a model. */
const READ_HERE: readonly string[] = [
  ...['model', 'prompt', 'duration', 'seed', 'resolution', 'aspect_ratio', 'audio', 'off_peak'],
  ...['payload', 'callback_url'],
  ...MEDIA_FIELDS,
];

/**
 * Reads a create body of an endpoint (Vidu: request parameters). Booleans and whole numbers may be strings; all else has
 * its type. `isKnown`: of an unknown model nothing but the name is read. Throws a Refusal that lists all that is wrong.
 */
export function parseBody(
  body: Json,
  { endpoint, isKnown }: { readonly endpoint: Endpoint; readonly isKnown: (model: string) => boolean },
): ParsedBody {
  const fields = readFields(body);
  const model = readModel(fields);
  const mode = { value: endpoint.mode, param: endpoint.path } as const;
  if (!isKnown(model)) return { draft: { model, mode, inputs: [], options: {} }, memory: {}, warnings: [] };
  const { attempt, refuseIfAny } = collectIssues();
  const read = <T>(name: string, reader: (field: Named<Json>) => T): T | undefined => {
    const field = fields.get(name);
    return field && attempt(() => reader(field));
  };
  attempt(() => refuseForeignMedia(fields, READ_HERE));
  const media = attempt(() => readMedia(fields, endpoint));
  const [prompt, duration, size] = [
    read('prompt', readText),
    read('duration', readInteger),
    readFilled(read, 'resolution'),
  ];
  const aspectRatio = readFilled(read, 'aspect_ratio');
  const [audio, offPeak] = [read('audio', readBoolean), read('off_peak', readBoolean)];
  const seed = read('seed', readInteger);
  const payload = read('payload', readPayload);
  const callbackUrl = read('callback_url', readWebAddress);
  const options = attempt(() => readOptions(fields, READ_HERE));
  refuseIfAny();
  return {
    draft: {
      model,
      mode,
      inputs: media?.inputs ?? [],
      ...(prompt && { prompt }),
      ...(duration && { seconds: duration }),
      ...(size && { size }),
      ...(aspectRatio && { aspectRatio }),
      ...(audio && { audio }),
      // 0 is Vidu's word for any.
      ...(seed && seed.value !== 0 && { seed }),
      ...(offPeak && { offPeak }),
      options: { ...options?.asked, ...(media?.subjects && { subjects: media.subjects }) },
      vocabulary: { fields: READ_HERE, inputs: INPUT_NAMES },
    },
    memory: rememberedEcho({ fields, payload: payload?.value, options: options?.wishes ?? {} }),
    ...(callbackUrl && { callbackUrl }),
    warnings: media?.warnings ?? [],
  };
}

const INPUT_NAMES = {
  'first_frame.image': 'images',
  'last_frame.image': 'images',
  'reference.image': 'images',
  'reference.video': 'videos',
  'reference.audio': 'sounds',
};

function readFields(body: Json): Fields {
  if (!isJsonObject(body)) throw new Refusal('invalid_json', 'The body must be a JSON object.');
  refuseHeap(body, 'The body');
  const present = Object.entries(body).flatMap(([name, value]) =>
    value === null ? [] : [[name, { value, param: name }] as const],
  );
  return new Map(present);
}

function readModel(fields: Fields): string {
  const field = fields.get('model');
  const model = field && readText(field).value.trim();
  if (model !== undefined && model !== '') return model;
  throw issue('missing_field', 'model', 'model is required, such as viduq3-turbo.');
}

/** Answers print "" for an aspect ratio that follows the picture: what is sent back so is absent. */
function readFilled(
  read: (name: string, reader: typeof readText) => Named<string> | undefined,
  name: string,
): Named<string> | undefined {
  const text = read(name, readText);
  return text && text.value.trim() !== '' ? text : undefined;
}
