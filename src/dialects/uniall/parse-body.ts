import type { Draft, DraftInput, Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, lookUp } from '../../domain/json.ts';
import type { Warning } from '../../domain/request.ts';
import { collectIssues } from '../kit/issue-collector.ts';
import {
  type Fields,
  issue,
  readAddress,
  readAddresses,
  readBoolean,
  readInteger,
  readText,
  shown,
} from '../kit/read-fields.ts';
import { type Content, readContent } from './content-parts.ts';
import { FOREIGN_MEDIA_FIELDS, inputNamesOf, MEDIA_FIELDS, mediaFieldsOf } from './families.ts';
import { readFields } from './flatten-body.ts';
import { applyOperation } from './operation.ts';

/** What a body asks for, and what of it is kept beside the request. */
export interface ParsedBody {
  readonly draft: Draft;
  readonly metadata?: Json;
  readonly warnings: readonly Warning[];
}

const MOST_METADATA_CHARS = 16_384;

/** Names for one thing: the first that is present counts, two that differ are refused. */
const SYNONYMS = {
  seconds: ['duration', 'seconds'],
  size: ['size', 'resolution'],
  aspectRatio: ['aspect_ratio', 'ratio'],
  audio: ['audio', 'generate_audio'],
  seed: ['seed'],
} as const;

/** What callers elsewhere name an address to be told at. */
const CALLBACKS = ['webhook_url', 'callback_url', 'webhook', 'callback', 'notify_hook', 'notify_url'] as const;

const READ_HERE: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'metadata',
  'content',
  'operation',
  'off_peak',
  ...CALLBACKS,
  ...Object.values(SYNONYMS).flat(),
]);

/**
 * Reads a create body of this protocol. `familyOf` answers the family of a known model. Throws a Refusal that lists
 * every field that cannot be read. Of an unknown model nothing but the name is read: what its fields mean is unknown.
 */
export function parseBody(body: Json, familyOf: (model: string) => string | undefined): ParsedBody {
  const fields = readFields(body);
  const model = readModel(fields);
  const family = familyOf(model);
  if (family === undefined) return { draft: { model, inputs: [], options: {} }, warnings: [] };
  const { attempt, refuseIfAny } = collectIssues();
  attempt(() => refuseNotYet(fields));
  attempt(() => refuseOffPeak(fields, model));
  const start = attempt(() => readStart(fields, { family, model }));
  const seconds = attempt(() => readOne(fields, SYNONYMS.seconds, readInteger));
  const size = attempt(() => readOne(fields, SYNONYMS.size, readText));
  const aspectRatio = attempt(() => readOne(fields, SYNONYMS.aspectRatio, readText));
  const audio = attempt(() => readOne(fields, SYNONYMS.audio, readBoolean));
  const seed = attempt(() => readOne(fields, SYNONYMS.seed, readInteger));
  const metadata = attempt(() => readMetadata(fields));
  refuseIfAny();
  return {
    draft: {
      model,
      inputs: start?.inputs ?? [],
      ...(start?.prompt && { prompt: start.prompt }),
      ...(seconds && { seconds }),
      ...(size && { size }),
      ...(aspectRatio && { aspectRatio }),
      ...(audio && { audio }),
      ...(seed && { seed }),
      options: readOptions(fields),
      vocabulary: {
        fields: [...READ_HERE, ...Object.keys(mediaFieldsOf(family))],
        inputs: fields.has('content') ? {} : inputNamesOf(family),
      },
    },
    warnings: start?.warnings ?? [],
    ...(metadata !== undefined && { metadata }),
  };
}

/** What a later version brings is refused, never ignored. */
function refuseNotYet(fields: Fields): void {
  const field = CALLBACKS.map((name) => fields.get(name)).find((found) => found !== undefined);
  if (field)
    throw issue(
      'not_supported',
      field.param,
      `${field.param} is not supported yet. Ask GET /v1/video/generations/{id} for the state.`,
    );
}

/** Off-peak hours have another price, so the word for them is never dropped. */
function refuseOffPeak(fields: Fields, model: string): void {
  const field = fields.get('off_peak');
  if (!field) return;
  const asked = readBoolean(field).value;
  const has = model.endsWith('-offpeak');
  if (asked === has) return;
  throw issue(
    'conflicting_inputs',
    field.param,
    `${field.param} is ${asked}, but ${model} ${has ? 'always' : 'never'} waits for off-peak hours: choose a model whose name ${has ? 'does not end' : 'ends'} in -offpeak.`,
  );
}

function readModel(fields: Fields): string {
  const field = fields.get('model');
  if (field === undefined || field.value === '')
    throw issue(
      'missing_field',
      'model',
      'model is required, such as viduq3t-720p. GET /v1/video/models lists all of them.',
    );
  return readText(field).value.trim();
}

function readStart(
  fields: Fields,
  { family, model }: { readonly family: string; readonly model: string },
): { readonly prompt?: Named<string>; readonly inputs: readonly DraftInput[]; readonly warnings: readonly Warning[] } {
  const inputs = readInputs(fields, { family, model });
  const promptField = fields.get('prompt');
  const prompt = promptField && readText(promptField);
  const contentField = fields.get('content');
  const operation = fields.get('operation');
  for (const field of [contentField, operation]) {
    if (field && family !== 'seedance') {
      throw issue(
        'unsupported_field',
        field.param,
        `${field.param} is not supported by ${model}; it belongs to the seedance2.0 models.`,
      );
    }
  }
  if (!contentField) {
    return { inputs: operation ? applyOperation(operation, inputs) : inputs, warnings: [], ...(prompt && { prompt }) };
  }
  const content = readContent(contentField);
  refuseBoth({ content, prompt, inputs });
  return {
    ...content,
    warnings: operation
      ? [
          ...content.warnings,
          {
            code: 'ignored_field',
            param: operation.param,
            message: `${operation.param} has no effect beside content[]: the roles of the parts say it.`,
          },
        ]
      : content.warnings,
  };
}

function refuseBoth({
  content,
  prompt,
  inputs,
}: {
  content: Content;
  prompt: Named<string> | undefined;
  inputs: readonly DraftInput[];
}): void {
  const clash =
    inputs[0]?.param ?? (prompt !== undefined && prompt.value !== content.prompt?.value ? prompt.param : undefined);
  if (clash !== undefined)
    throw issue(
      'conflicting_inputs',
      clash,
      `${clash} and content cannot be sent together: content[] holds the prompt and all media.`,
    );
}

function readInputs(
  fields: Fields,
  { family, model }: { readonly family: string; readonly model: string },
): readonly DraftInput[] {
  const known = mediaFieldsOf(family);
  const inputs: DraftInput[] = [];
  for (const [name, field] of fields) {
    const meaning = lookUp(known, name);
    if (meaning) {
      const addresses = meaning.list ? readAddresses(field) : [readAddress(field)];
      inputs.push(
        ...addresses.map(({ value, param }) => ({ role: meaning.role, kind: meaning.kind, url: value, param })),
      );
    } else if (isForeignMedia(name, field.value)) {
      const called = lookUp(FOREIGN_MEDIA_FIELDS, name);
      const hint = called !== undefined && Object.hasOwn(known, called) ? ` Use ${called}.` : '';
      throw issue(
        'unsupported_field',
        field.param,
        `${field.param} is not supported by ${model}; its media fields are ${Object.keys(known).join(', ')}.${hint}`,
      );
    }
  }
  return inputs;
}

const ADDRESS = /^(?:https?:\/\/|data:(?:image|video|audio)\/)/i;

/** A media field of somebody else: by its name, or an unknown name that holds an address at any depth. No video is paid without it. */
function isForeignMedia(name: string, value: Json): boolean {
  if (MEDIA_FIELDS.has(name) || Object.hasOwn(FOREIGN_MEDIA_FIELDS, name))
    return value !== '' && !(Array.isArray(value) && value.length === 0);
  return !READ_HERE.has(name) && name !== 'wm_url' && holdsAddress(value);
}

function holdsAddress(value: Json): boolean {
  if (typeof value === 'string') return ADDRESS.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsAddress);
}

function readOne<T>(
  fields: Fields,
  names: readonly string[],
  read: (field: Named<Json>) => Named<T>,
): Named<T> | undefined {
  const present = names.flatMap((name) => {
    const field = fields.get(name);
    return field ? [read(field)] : [];
  });
  const [first, second] = present;
  if (first && second && first.value !== second.value) {
    throw issue(
      'conflicting_inputs',
      second.param,
      `${first.param} is ${shown(first.value)} and ${second.param} is ${shown(second.value)}; they mean the same. Send one of them.`,
    );
  }
  return first;
}

function readMetadata(fields: Fields): Json | undefined {
  const field = fields.get('metadata');
  if (!field) return undefined;
  if (!isJsonObject(field.value))
    throw issue('invalid_value', field.param, `${field.param} is ${shown(field.value)}; it must be an object.`);
  const length = JSON.stringify(field.value).length;
  if (length > MOST_METADATA_CHARS)
    throw issue(
      'invalid_value',
      field.param,
      `${field.param} has ${length} characters as JSON; at most ${MOST_METADATA_CHARS} are kept.`,
    );
  return field.value;
}

function readOptions(fields: Fields): Draft['options'] {
  const rest = [...fields].filter(
    ([name]) => !READ_HERE.has(name) && !MEDIA_FIELDS.has(name) && !Object.hasOwn(FOREIGN_MEDIA_FIELDS, name),
  );
  return Object.fromEntries(rest);
}
