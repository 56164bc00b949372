import type { DraftInput, Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, type JsonObject, lookUp } from '../../domain/json.ts';
import type { InputRole, MediaKind } from '../../domain/request.ts';
import { issue, readAddress, readText, shown } from './read-fields.ts';

/** The Volcano-native `content[]` of the new Seedance form (UniAll: Seedance 2.0, create-task). */
export interface Content {
  readonly prompt?: Named<string>;
  readonly inputs: readonly DraftInput[];
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
  const prompt = texts
    .map(({ part, at }) => readText({ value: part['text'] ?? '', param: `${at}.text` }).value)
    .join('\n');
  const [first] = texts;
  return {
    ...(first && { prompt: { value: prompt, param: `${first.at}.text` } }),
    inputs: media.map(({ part, at }) => readMedia(part, { at, only: media.length === 1 })),
  };
}

function readPart(part: Json, at: string): JsonObject {
  const type = isJsonObject(part) ? part['type'] : undefined;
  if (isJsonObject(part) && (type === 'text' || (typeof type === 'string' && Object.hasOwn(PARTS, type)))) return part;
  throw issue(
    'invalid_value',
    `${at}.type`,
    `${at}.type is ${shown(type)}; it must be text, ${Object.keys(PARTS).join(', ')}.`,
  );
}

function readMedia(part: JsonObject, { at, only }: { readonly at: string; readonly only: boolean }): DraftInput {
  const type = String(part['type']);
  const kind = PARTS[type];
  if (!kind) throw issue('invalid_value', `${at}.type`, `${at}.type is ${shown(type)}.`);
  const holder = part[type];
  const address = isJsonObject(holder)
    ? { value: holder['url'] ?? null, param: `${at}.${type}.url` }
    : { value: holder ?? null, param: `${at}.${type}` };
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
      `${at}.role is required when there are several inputs: ${names.join(', ')}.`,
    );
  }
  const known = typeof role === 'string' ? lookUp(kind.roles, role) : undefined;
  if (known) return known;
  throw issue('invalid_value', `${at}.role`, `${at}.role is ${shown(role)}; it must be ${names.join(', ')}.`);
}
