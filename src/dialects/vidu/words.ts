import { describeWords } from '../../application/describe-words.ts';
import { Refusal } from '../../application/refusal.ts';
import type { Named } from '../../domain/draft.ts';
import type { Json } from '../../domain/json.ts';
import { lookUp } from '../../domain/json.ts';
import { issue, readInteger, readText, shown } from '../kit/read-fields.ts';
import { POSITIONS } from './endpoints.ts';

/** A number of items that an endpoint does not take. */
export const wrongCount = (param: string, message: string): Refusal =>
  new Refusal('invalid_value', message, { param, issues: [{ param, code: 'invalid_value', message, isCount: true }] });

/** One of these words. */
export const readWord =
  (allowed: readonly string[]) =>
  (field: Named<Json>): Named<string> => {
    const { value, param } = readText(field);
    if (allowed.includes(value)) return { value, param };
    throw issue('invalid_value', param, `${param} is ${shown(value)}; it must be ${describeWords(allowed)}.`);
  };

/** 1 to 4, or the words that answers print; undefined for "unspecified". */
export function readPosition(field: Named<Json>): Named<number> | undefined {
  const { value, param } = field;
  if (value === 'unspecified' || value === '') return undefined;
  const named = typeof value === 'string' ? lookUp(POSITIONS, value) : undefined;
  const number =
    named ?? Number(typeof value === 'string' && !/^\s*\d+\s*$/.test(value) ? 0 : readInteger(field).value);
  if (number >= 1 && number <= 4) return { value: number, param };
  const allowed = `1 to 4 or ${describeWords(Object.keys(POSITIONS))}`;
  throw issue('invalid_value', param, `${param} is ${shown(value)}; it must be ${allowed}.`);
}

const MOST_PAYLOAD_CHARS = 1_048_576;

/** What the caller wants back (Vidu: payload). */
export function readPayload(field: Named<Json>): Named<string> {
  const { value, param } = readText(field);
  const chars = value.length > MOST_PAYLOAD_CHARS ? [...value].length : value.length;
  if (chars <= MOST_PAYLOAD_CHARS) return { value, param };
  throw issue(
    'invalid_value',
    param,
    `${param} has ${chars} characters; at most ${MOST_PAYLOAD_CHARS} are kept and given back.`,
  );
}

const MOST_ADDRESS_CHARS = 4096;

/** An address that is called or fetched from elsewhere; undefined when it is empty. */
export function readWebAddress(field: Named<Json>): Named<string> | undefined {
  const { value, param } = readText(field);
  const address = value.trim();
  if (address === '') return undefined;
  const url = URL.canParse(address) && address.length <= MOST_ADDRESS_CHARS ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return { value: address, param };
  throw issue('invalid_value', param, `${param} is ${shown(value)}; it must be an http or https URL.`);
}
