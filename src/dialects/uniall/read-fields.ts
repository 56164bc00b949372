import { Refusal } from '../../application/refusal.ts';
import type { Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';

/** The fields of a body under their wire names, with the path each stood at. Null is absent. */
export type Fields = ReadonlyMap<string, Named<Exclude<Json, null>>>;

/**
 * Flattens a body: keys of `extra_body` may also stand at the top level. The same key at both places must agree.
 */
export function readFields(body: Json): Fields {
  if (!isJsonObject(body)) throw new Refusal('invalid_json', 'The body must be a JSON object.');
  refuseHeap(body, 'The body');
  const fields = new Map<string, Named<Exclude<Json, null>>>();
  for (const [name, value] of Object.entries(body)) {
    if (name !== 'extra_body' && value !== null) fields.set(name, { value, param: name });
  }
  for (const [name, value] of Object.entries(readExtraBody(body))) {
    if (value === null) continue;
    const above = fields.get(name);
    if (above && JSON.stringify(above.value) !== JSON.stringify(value)) {
      throw issue(
        'conflicting_inputs',
        `extra_body.${name}`,
        `${name} stands at the top level and in extra_body with different values. Send it once.`,
      );
    }
    if (!above) fields.set(name, { value, param: `extra_body.${name}` });
  }
  return fields;
}

/** No protocol has a tenth of this; a heap of names would be work for every step that follows. */
const MOST_FIELDS = 200;

function refuseHeap(object: JsonObject, what: string): void {
  const count = Object.keys(object).length;
  if (count > MOST_FIELDS)
    throw new Refusal('invalid_json', `${what} has ${count} fields; at most ${MOST_FIELDS} are read.`);
}

function readExtraBody(body: JsonObject): JsonObject {
  const extra = body['extra_body'] ?? {};
  if (isJsonObject(extra)) {
    refuseHeap(extra, 'extra_body');
    return extra;
  }
  throw issue('invalid_value', 'extra_body', `extra_body is ${shown(extra)}; it must be an object.`);
}

type RequestCode = 'missing_field' | 'invalid_value' | 'conflicting_inputs' | 'unsupported_field' | 'not_supported';

/** The refusal of one field. */
export const issue = (code: RequestCode, param: string, message: string): Refusal =>
  new Refusal(code, message, { param, issues: [{ param, code, message }] });

/** A value in a message: short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 76)}…` : text;
}

const wrong = ({ value, param }: Named<Json>, allowed: string): Refusal =>
  issue('invalid_value', param, `${param} is ${shown(value)}; it must be ${allowed}.`);

export function readText(field: Named<Json>): Named<string> {
  const { value, param } = field;
  if (typeof value === 'string') return { value, param };
  throw wrong(field, 'a string');
}

/** An integer, or a string that holds one. */
export function readInteger(field: Named<Json>): Named<number> {
  const { value, param } = field;
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,16}(?:\.0+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return { value: number, param };
  throw wrong(field, 'a whole number, or a string that holds one');
}

/** A boolean, or the string "true" or "false". */
export function readBoolean(field: Named<Json>): Named<boolean> {
  const { value, param } = field;
  if (typeof value === 'boolean') return { value, param };
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true' || word === 'false') return { value: word === 'true', param };
  throw wrong(field, 'true or false');
}

/** An address: a non-empty string. */
export function readAddress(field: Named<Json>): Named<string> {
  const { value, param } = field;
  if (typeof value !== 'string') throw wrong(field, 'one address as a string: an http or https URL, or a data URI');
  if (value.trim() !== '') return { value: value.trim(), param };
  throw wrong(field, 'an http or https URL, or a data URI; leave the field out when there is none');
}

/** A list of addresses; one string is a list of one. */
export function readAddresses(field: Named<Json>): readonly Named<string>[] {
  const { value, param } = field;
  if (typeof value === 'string') return [readAddress(field)];
  if (!Array.isArray(value)) throw wrong(field, 'an array of URLs');
  return value.map((item: Json, index) => readAddress({ value: item, param: `${param}[${index}]` }));
}
