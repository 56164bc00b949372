import { describeWords } from '../../application/describe-words.ts';
import type { DraftInput, Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { InputRole, MediaKind, Warning } from '../../domain/request.ts';
import { type Fields, issue, readAddress, readText, shown } from '../kit/read-fields.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { wrongCount } from './words.ts';

/** The pictures, videos and sounds of a body, and how its subjects group them. */
export interface Media {
  readonly inputs: readonly DraftInput[];
  /** For the provider: name, voice, and how many of the inputs are each subject's, in order. */
  readonly subjects?: Named<readonly JsonObject[]>;
  readonly warnings: readonly Warning[];
}

const KINDS: Readonly<Record<string, MediaKind>> = { images: 'image', videos: 'video', sounds: 'audio' };

/** Media fields of this protocol. */
export const MEDIA_FIELDS: readonly string[] = [...Object.keys(KINDS), 'subjects'];

/** Reads the media of a body at an endpoint. Refuses what it does not take by name: no video is paid without its pictures. */
export function readMedia(fields: Fields, endpoint: Endpoint): Media {
  for (const name of MEDIA_FIELDS) {
    const field = fields.get(name);
    if (field && !isEmptyList(field.value) && !endpoint.media.includes(name)) throw elsewhere(field, endpoint);
  }
  const subjects = fields.get('subjects');
  if (subjects && !isEmptyList(subjects.value)) return readSubjects(fields, subjects);
  if (endpoint.frames) return { inputs: readFrames(fields, endpoint.path, endpoint.frames), warnings: [] };
  const inputs = Object.entries(KINDS).flatMap(([name, kind]) =>
    readList(fields.get(name), { role: 'reference', kind }),
  );
  return { inputs, warnings: [] };
}

const isEmptyList = (value: Json): boolean => Array.isArray(value) && value.length === 0;

function elsewhere({ param }: Named<Json>, { path }: Endpoint) {
  const able = ENDPOINTS.filter(({ media }) => media.includes(param)).map((endpoint) => endpoint.path);
  return issue('unsupported_field', param, `${param} is not a field of ${path}; ${describeWords(able)} takes it.`);
}

function readList(
  field: Named<Json> | undefined,
  meaning: { readonly role: InputRole; readonly kind: MediaKind },
): readonly DraftInput[] {
  if (!field) return [];
  const { value, param } = field;
  if (!Array.isArray(value)) throw issue('invalid_value', param, `${param} is ${shown(value)}; it must be an array.`);
  return value.map((item: Json, index) => {
    const address = readAddress({ value: item, param: `${param}[${index}]` });
    return { ...meaning, url: address.value, param: address.param };
  });
}

function readFrames(fields: Fields, path: string, roles: readonly InputRole[]): readonly DraftInput[] {
  const images = readList(fields.get('images'), { role: 'first_frame', kind: 'image' });
  const needed = roles.length === 1 ? 'exactly 1 image' : 'exactly 2 images, the first frame and the last';
  if (images.length === 0) throw issue('missing_field', 'images', `images is required: ${path} takes ${needed}.`);
  if (images.length !== roles.length)
    throw wrongCount('images', `images holds ${images.length}; ${path} takes ${needed}.`);
  return images.map((image, index) => ({ ...image, role: roles[index] ?? image.role }));
}

const MOST_SUBJECTS = 7;
const MOST_OF_SUBJECT = 3;
const SUBJECT_FIELDS: ReadonlySet<string> = new Set(['name', 'id', 'images', 'videos', 'voice_id', 'server_id']);

/** The subjects form of reference2video: its presence selects it (Vidu: reference2video). */
function readSubjects(fields: Fields, { value, param }: Named<Json>): Media {
  const beside = ['images', 'videos'].find((name) => !isEmptyList(fields.get(name)?.value ?? []));
  if (beside !== undefined) {
    throw issue(
      'conflicting_inputs',
      beside,
      `${beside} and subjects cannot be sent together: pictures of a subject stand in it.`,
    );
  }
  if (!Array.isArray(value)) throw issue('invalid_value', param, `${param} is ${shown(value)}; it must be an array.`);
  if (value.length > MOST_SUBJECTS)
    throw wrongCount(param, `${param} holds ${value.length} subjects; at most ${MOST_SUBJECTS} are taken.`);
  const read = value.map((item: Json, index) => readSubject(item, `${param}[${index}]`));
  refuseTwins(read.map(({ subject }) => String(subject['name'])));
  const sounds = readList(fields.get('sounds'), { role: 'reference', kind: 'audio' });
  return {
    // Pictures first, then videos: each kind in the order of its subjects.
    inputs: [...read.flatMap(({ images }) => images), ...read.flatMap(({ videos }) => videos), ...sounds],
    subjects: { value: read.map(({ subject }) => subject), param },
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

function refuseTwins(names: readonly string[]): void {
  const index = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (index === -1) return;
  const at = `subjects[${index}].name`;
  throw issue('invalid_value', at, `${at} is ${shown(names[index])}, as another subject’s; each needs its own.`);
}

function readSubject(item: Json, at: string) {
  if (!isJsonObject(item))
    throw issue('invalid_value', at, `${at} is ${shown(item)}; it must be {"name": "…", "images": ["…"]}.`);
  const member = (name: string): Named<Json> | undefined => {
    const value = item[name] ?? undefined;
    return value === undefined || value === '' ? undefined : { value, param: `${at}.${name}` };
  };
  // Older pages call it id.
  const name = member('name') ?? member('id');
  if (!name) throw issue('missing_field', `${at}.name`, `${at}.name is required: the prompt says @name.`);
  const images = readList(member('images'), { role: 'reference', kind: 'image' });
  const videos = readList(member('videos'), { role: 'reference', kind: 'video' });
  const [voice, server] = [member('voice_id'), member('server_id')];
  const count = images.length + videos.length;
  if (count === 0 && !server)
    throw issue('missing_field', `${at}.images`, `${at}.images is required: 1 to 3 pictures.`);
  if (count > MOST_OF_SUBJECT)
    throw wrongCount(`${at}.images`, `${at} holds ${count} pictures and videos; at most ${MOST_OF_SUBJECT} are taken.`);
  return {
    images,
    videos,
    subject: {
      name: readText(name).value,
      images: images.length,
      videos: videos.length,
      ...(voice && { voice_id: readText(voice).value }),
      ...(server && { server_id: readText(server).value }),
    },
    warnings: Object.keys(item)
      .filter((field) => !SUBJECT_FIELDS.has(field))
      .map((field) => ({
        code: 'unknown_field',
        param: `${at}.${field}`.slice(0, 100),
        message: `${at}.${field.slice(0, 100)} is not a field that Onereel knows; it is ignored.`,
      })),
  };
}
