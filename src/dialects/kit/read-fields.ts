import { Refusal } from '../../application/refusal.ts';
import type { Named } from '../../domain/draft.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

/** The fields of a body under their wire names, with the path each stood at. Null is absent. */
export type Fields = ReadonlyMap<string, Named<Exclude<Json, null>>>;

/** No protocol has a tenth of this; a heap of names would be work for every step that follows. */
const MOST_FIELDS = 200;

export function refuseHeap(object: JsonObject, what: string): void {
  const count = Object.keys(object).length;
  if (count > MOST_FIELDS)
    throw new Refusal('invalid_json', `${what} has ${count} fields; at most ${MOST_FIELDS} are read.`);
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
