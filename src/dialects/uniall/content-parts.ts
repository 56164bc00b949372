import { describeWords } from '../../application/describe-words.ts';
import type { DraftInput, Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, type JsonObject, lookUp } from '../../domain/json.ts';
import type { InputRole, MediaKind, Warning } from '../../domain/request.ts';
import { issue, readAddress, readText, shown } from '../kit/read-fields.ts';

/** The Volcano-native `content[]` of the new Seedance form (UniAll: Seedance 2.0, create-task). */
export interface Content {
  readonly prompt?: Named<string>;
  readonly inputs: readonly DraftInput[];
  readonly warnings: readonly Warning[];
}

interface PartKind {
  readonly kind: MediaKind;
  readonly roles: Readonly<Record<string, InputRole>>;
}

const PARTS: Readonly<Record<string, PartKind>> = {
  image_url: {
    kind: 'image',
    roles: { first_frame: 'first_frame', last_frame: 'last_frame', reference_image: 'reference' },
  },
  video_url: { kind: 'video', roles: { reference_video: 'reference' } },
  audio_url: { kind: 'audio', roles: { reference_audio: 'reference' } },
};

export function readContent({ value, param }: Named<Json>): Content {
  if (!Array.isArray(value) || value.length === 0) {
    throw issue(
      'invalid_value',
      param,
      `${param} is ${shown(value)}; it must be an array of parts such as {"type":"text","text":"…"}.`,
    );
  }
  const parts = value.map((part: Json, index) => ({
    part: readPart(part, `${param}[${index}]`),
    at: `${param}[${index}]`,
  }));
  const texts = parts.filter(({ part }) => part['type'] === 'text');
  const media = parts.filter(({ part }) => part['type'] !== 'text');
  const prompt = texts.map(({ part, at }) => readText(required(part['text'], `${at}.text`)).value).join('\n');
  const [first] = texts;
  return {
    ...(first && { prompt: { value: prompt, param: `${first.at}.text` } }),
    inputs: media.map(({ part, at }) => readMedia(part, { at, only: media.length === 1 })),
    warnings: parts.flatMap(({ part, at }) => unknownNames(part, at)),
  };
}

function required(value: Json | undefined, param: string): Named<Json> {
  if (value === undefined || value === null) throw issue('missing_field', param, `${param} is required.`);
  return { value, param };
}

/** Names in a part that mean nothing here: dropped, and said so. */
function unknownNames(part: JsonObject, at: string): readonly Warning[] {
  const type = String(part['type']);
  const holder = part[type];
  const unknown = [
    ...Object.keys(part).filter((name) => name !== 'type' && name !== 'role' && name !== type),
    ...(isJsonObject(holder) ? Object.keys(holder).filter((name) => name !== 'url') : []).map(
      (name) => `${type}.${name}`,
    ),
  ];
  return unknown.map((name) => ({
    code: 'unknown_field',
    param: `${at}.${name}`,
    message: `${at}.${name} is not a field that Onereel knows; it is ignored.`,
  }));
}

function readPart(part: Json, at: string): JsonObject {
  if (!isJsonObject(part)) {
    throw issue('invalid_value', at, `${at} is ${shown(part)}; it must be a part such as {"type":"text","text":"…"}.`);
  }
  const type = part['type'];
  if (type === 'text' || (typeof type === 'string' && Object.hasOwn(PARTS, type))) return part;
  throw issue(
    'invalid_value',
    `${at}.type`,
    `${at}.type is ${shown(type)}; it must be ${describeWords(['text', ...Object.keys(PARTS)])}.`,
  );
}

function readMedia(part: JsonObject, { at, only }: { readonly at: string; readonly only: boolean }): DraftInput {
  const type = String(part['type']);
  const kind = PARTS[type];
  if (!kind) throw issue('invalid_value', `${at}.type`, `${at}.type is ${shown(type)}.`);
  const holder = part[type];
  const address = isJsonObject(holder)
    ? required(holder['url'], `${at}.${type}.url`)
    : required(holder, `${at}.${type}`);
  return {
    role: readRole(part['role'], { kind, at, only }),
    kind: kind.kind,
    url: readAddress(address).value,
    param: address.param,
  };
}

/** A role may be left out for a single first frame, and where a kind has one role only. */
function readRole(
  role: Json | undefined,
  { kind, at, only }: { readonly kind: PartKind; readonly at: string; readonly only: boolean },
): InputRole {
  const names = Object.keys(kind.roles);
  if (role === undefined || role === null) {
    if (kind.kind === 'image' && only) return 'first_frame';
    const [single] = Object.values(kind.roles);
    if (names.length === 1 && single) return single;
    throw issue(
      'missing_field',
      `${at}.role`,
      `${at}.role is required when there are several inputs: ${describeWords(names)}.`,
    );
  }
  const known = typeof role === 'string' ? lookUp(kind.roles, role) : undefined;
  if (known) return known;
  throw issue('invalid_value', `${at}.role`, `${at}.role is ${shown(role)}; it must be ${describeWords(names)}.`);
}
