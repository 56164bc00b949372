import { describeWords } from '../../application/describe-words.ts';
import type { ListFilter } from '../../application/ports.ts';
import type { GenerationState } from '../../domain/generation.ts';
import { parseGenerationId } from '../../domain/generation-id.ts';
import { lookUp } from '../../domain/json.ts';
import { issue, shown } from '../kit/read-fields.ts';

export const LIST_LIMIT = { most: 100, usual: 20 } as const;
export const LIST_STATES = ['queued', 'in_progress', 'completed', 'failed'] as const;

const STATES: Readonly<Record<string, readonly GenerationState[]>> = {
  queued: ['queued'],
  in_progress: ['in_progress'],
  completed: ['completed'],
  failed: ['failed', 'cancelled', 'expired'],
} satisfies Record<(typeof LIST_STATES)[number], readonly GenerationState[]>;

/** The end of the year 9999: what the database can compare with. */
const isUnixSeconds = (value: number): boolean => value < 253_402_300_800;

/** Reads the query of a list: `limit`, `after`, `status`, `model`, `created_after`, `created_before`. */
export function readListQuery(query: Readonly<Record<string, unknown>>): ListFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' && !value.includes('\0')) return value;
    if (typeof value === 'string') throw issue('invalid_value', name, `${name} contains a NUL character.`);
    throw issue('invalid_value', name, `${name} is given more than once.`);
  };
  const number = (name: string, allowed: string, fits: (value: number) => boolean): number | undefined => {
    const word = text(name);
    if (word === undefined) return undefined;
    const value = /^\d{1,15}(?:\.\d{1,6})?$/.test(word) ? Number(word) : Number.NaN;
    if (fits(value)) return value;
    throw issue('invalid_value', name, `${name} is ${shown(word)}; it must be ${allowed}.`);
  };
  const limit = number(
    'limit',
    `a whole number from 1 to ${LIST_LIMIT.most}`,
    (value) => Number.isInteger(value) && value >= 1 && value <= LIST_LIMIT.most,
  );
  const createdAfter = number('created_after', 'unix seconds, such as 1774507626', isUnixSeconds);
  const createdBefore = number('created_before', 'unix seconds, such as 1774507626', isUnixSeconds);
  const status = text('status');
  const state = status === undefined ? undefined : lookUp(STATES, status);
  if (status !== undefined && !state)
    throw issue(
      'invalid_value',
      'status',
      `status is ${shown(status)}; it must be ${describeWords(Object.keys(STATES))}.`,
    );
  const after = text('after');
  const afterId = after === undefined ? undefined : parseGenerationId(after);
  if (after !== undefined && afterId === undefined)
    throw issue('invalid_value', 'after', `after is ${shown(after)}; it must be the id of a generation.`);
  const model = text('model');
  return {
    limit: limit ?? LIST_LIMIT.usual,
    ...(afterId !== undefined && { after: afterId }),
    ...(state && { state }),
    ...(model !== undefined && { model }),
    ...(createdAfter !== undefined && { createdAfter }),
    ...(createdBefore !== undefined && { createdBefore }),
  };
}
