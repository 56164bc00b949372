import { describeWords } from '../../application/describe-words.ts';
import type { ListFilter } from '../../application/ports.ts';
import { parseGenerationId } from '../../domain/generation-id.ts';
import { issue, shown } from '../kit/read-fields.ts';
import { STATES } from './schemas.ts';

export const PAGE_SIZE = { most: 100, usual: 10 } as const;
const DAY_SECONDS = 86_400;
const USUAL_DAYS = 7;
const MOST_PAGES = 1_000_000;

type Query = Readonly<Record<string, unknown>>;

/**
 * Reads the query of the list (Vidu: tasks list). Lists are repeated or separated by commas. Undefined when nothing can
 * fit: no task here has a template.
 */
export function readListQuery(query: Query, nowUnixSeconds: number): ListFilter | undefined {
  const number = (name: string, { most, least = 0 }: { most: number; least?: number }): number | undefined => {
    const word = textOf(query, name);
    if (word === undefined) return undefined;
    const value = /^\d{1,9}$/.test(word) ? Number(word) : -1;
    if (value >= least && value <= most) return value;
    throw issue(
      'invalid_value',
      name,
      `${name} is ${shown(word)}; it must be a whole number from ${least} to ${most}.`,
    );
  };
  const limit = number('pager.pagesz', { most: PAGE_SIZE.most, least: 1 }) ?? PAGE_SIZE.usual;
  const page = number('pager.page', { most: MOST_PAGES }) ?? number('paper.page', { most: MOST_PAGES }) ?? 0;
  const after = idOf(textOf(query, 'pager.page_token'), 'pager.page_token');
  const createdBefore = instantOf(query, 'created_at.to');
  const createdAfter = instantOf(query, 'created_at.from') ?? nowUnixSeconds - USUAL_DAYS * DAY_SECONDS;
  const ids = listOf(query, 'task_ids')?.flatMap((id) => idOf(id, 'task_ids') ?? []);
  const models = listOf(query, 'model_versions')?.flatMap((version) => [version, `vidu${version}`]);
  const resolutions = listOf(query, 'resolutions')?.map((word) => word.toLowerCase());
  const states = listOf(query, 'states');
  if (listOf(query, 'templates')) return undefined;
  return {
    limit,
    createdAfter,
    ...(after === undefined ? { offset: page * limit } : { after }),
    ...(createdBefore !== undefined && { createdBefore }),
    ...(ids && { ids }),
    ...(models && { models }),
    ...(resolutions && { resolutions }),
    ...(states && stateFilter(states)),
  };
}

function stateFilter(states: readonly string[]): Pick<ListFilter, 'state' | 'isAtVendor'> {
  const strange = states.find((word) => !STATES.some((known) => known === word));
  if (strange !== undefined)
    throw issue('invalid_value', 'states', `states has ${shown(strange)}; each must be ${describeWords(STATES)}.`);
  const has = (word: (typeof STATES)[number]) => states.includes(word);
  return {
    state: [
      ...(has('created') || has('queueing') ? (['queued'] as const) : []),
      ...(has('processing') ? (['in_progress'] as const) : []),
      ...(has('success') ? (['completed'] as const) : []),
      ...(has('failed') ? (['failed', 'cancelled', 'expired'] as const) : []),
    ],
    ...(has('created') !== has('queueing') && { isAtVendor: has('queueing') }),
  };
}

const MOST_ITEMS = 200;

function listOf(query: Query, name: string): readonly string[] | undefined {
  const value = query[name];
  const parts = (Array.isArray(value) ? value : [value ?? '']).flatMap((part) => String(part).split(','));
  const words = parts.map((part) => part.trim()).filter((part) => part !== '');
  for (const word of words) refuseNul(word, name);
  if (words.length <= MOST_ITEMS) return words.length > 0 ? words : undefined;
  throw issue('invalid_value', name, `${name} has ${words.length} entries; at most ${MOST_ITEMS} are read.`);
}

function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw issue('invalid_value', name, `${name} is given more than once.`);
  refuseNul(value, name);
  return value;
}

function refuseNul(text: string, name: string): void {
  if (text.includes('\0')) throw issue('invalid_value', name, `${name} contains a NUL character.`);
}

function idOf(word: string | undefined, name: string): bigint | undefined {
  if (word === undefined) return undefined;
  const id = parseGenerationId(word);
  if (id !== undefined) return id;
  throw issue('invalid_value', name, `${name} has ${shown(word)}, which is none that an answer gave.`);
}

/** The end of the year 9999: what the database can compare with. */
const LATEST_SECONDS = 253_402_300_799;

/** RFC 3339 as in answers, or unix seconds: the page has no form. */
function instantOf(query: Query, name: string): number | undefined {
  const word = textOf(query, name);
  if (word === undefined) return undefined;
  const seconds = /^\d{1,12}$/.test(word) ? Number(word) : Date.parse(word) / 1000;
  if (seconds >= 0 && seconds <= LATEST_SECONDS) return seconds;
  throw issue('invalid_value', name, `${name} is ${shown(word)}; it must be a time such as 2026-04-10T09:54:37Z.`);
}
