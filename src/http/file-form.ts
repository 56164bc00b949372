import type { FastifyRequest } from 'fastify';
import type { Arrival } from '../application/file-store.ts';
import { Refusal } from '../application/refusal.ts';
import { FILE_SECONDS, type FileForm, MOST_FILE_BYTES, type Receive } from '../application/upload-file.ts';
import { nearest } from '../domain/nearest.ts';
import type { Warning } from '../domain/request.ts';
import { tidyFileName } from './file-name.ts';
import { readAway } from './read-away.ts';

/** OpenAI's word for a file without another. */
const USUAL_PURPOSE = 'user_data';
/** The second spelling is OpenAI's. */
const SECONDS = ['expires_after', 'expires_after[seconds]'] as const;
const FIELDS = ['purpose', ...SECONDS, 'expires_after[anchor]'];

/** What the parser keeps in memory is bounded by these; the file itself is counted where it is stored. */
const LIMITS = {
  fieldNameSize: 100,
  fieldSize: 4096,
  fields: 20,
  files: 5,
  parts: 25,
  headerPairs: 50,
  fileSize: MOST_FILE_BYTES + 1,
};

export interface ReadFileForm extends FileForm {
  readonly warnings: readonly Warning[];
}

/**
 * Reads `multipart/form-data` with one part `file`; fields may stand before and after it. Throws a Refusal that names
 * what is wrong.
 */
export async function readFileForm(request: FastifyRequest, receive: Receive): Promise<ReadFileForm> {
  try {
    return await readParts(request, receive);
  } catch (error) {
    // Without this the parser would hold the rest of the body, and the connection with it.
    readAway(request.raw);
    throw formError(error);
  }
}

async function readParts(request: FastifyRequest, receive: Receive): Promise<ReadFileForm> {
  const fields = new Map<string, string>();
  let file: { readonly arrival: Arrival; readonly name: string } | undefined;
  for await (const part of request.parts({ limits: LIMITS })) {
    const name = part.fieldname ?? '';
    if (part.type === 'field') {
      if (name.length > LIMITS.fieldNameSize || part.valueTruncated) throw wrong(name, `${shown(name)} is too long.`);
      if (name === 'file') throw wrong('file', 'file is a text; it must be a file, as curl -F file=@fox.png sends it.');
      if (fields.has(name)) throw wrong(name, `${shown(name)} is given more than once.`);
      fields.set(name, String(part.value));
      continue;
    }
    if (name !== 'file') throw wrong(name, `A file is called ${shown(name)}; the part must be called "file".`);
    if (file) throw wrong('file', 'file is given more than once; one request takes one file.');
    file = { arrival: await receive(part.file), name: tidyFileName(part.filename) };
  }
  if (!file)
    throw new Refusal('missing_field', 'file is missing: send it as a part of that name, curl -F file=@fox.png.', {
      param: 'file',
    });
  return {
    ...file,
    purpose: readPurpose(fields.get('purpose')),
    expiresInSeconds: readExpiry(fields),
    warnings: [...fields.keys()].filter((name) => !FIELDS.includes(name)).map(unknownField),
  };
}

const wrong = (param: string, message: string): Refusal =>
  new Refusal('invalid_value', message, { param: param.slice(0, 100) });

const shown = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 56)}…` : value);

function readPurpose(word: string | undefined): string {
  if (word === undefined || word === '') return USUAL_PURPOSE;
  if (/^[A-Za-z0-9_-]{1,64}$/.test(word)) return word;
  throw wrong('purpose', `purpose is ${shown(word)}; it must be 1 to 64 letters, digits, "_" and "-".`);
}

function readExpiry(fields: ReadonlyMap<string, string>): number {
  const anchor = fields.get('expires_after[anchor]');
  if (anchor !== undefined && anchor !== 'created_at')
    throw wrong('expires_after[anchor]', `expires_after[anchor] is ${shown(anchor)}; it must be created_at.`);
  const given = SECONDS.flatMap((name) => {
    const word = fields.get(name);
    return word === undefined || word === '' ? [] : [{ name, word }];
  });
  const [first, second] = given;
  if (!first) return FILE_SECONDS.usual;
  if (second) throw wrong(first.name, `${first.name} and ${second.name} are both given; send one of them.`);
  const seconds = /^\d{1,10}$/.test(first.word) ? Number(first.word) : Number.NaN;
  if (seconds >= FILE_SECONDS.least && seconds <= FILE_SECONDS.most) return seconds;
  throw wrong(
    first.name,
    `${first.name} is ${shown(first.word)}; it must be whole seconds from ${FILE_SECONDS.least} to ${FILE_SECONDS.most}.`,
  );
}

function unknownField(name: string): Warning {
  const [meant] = nearest(name, ['file', ...FIELDS], 1);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return { code: 'unknown_field', param: name, message: `${shown(name)} is not known here and was ignored.${hint}` };
}

/** The parser's own errors, as refusals. Whatever else comes passes: it is ours. */
function formError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Refusal) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (/^FST_(?:PARTS|FILES|FIELDS)_LIMIT$/.test(code))
    return new Refusal('invalid_value', 'The form has too many parts; one file and its fields are taken.');
  if (/^FST_/.test(code) || FORM_BROKEN.test(error.message))
    return new Refusal('invalid_value', `The body is not a whole multipart/form-data form: ${error.message}.`);
  return error;
}

/** Words of the parser, which gives no codes (@fastify/busboy). */
const FORM_BROKEN = /multipart|boundary/i;
