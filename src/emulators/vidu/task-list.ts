/** GET /tasks. Source: Vidu: tasks list. */
import { z } from 'zod';
import type { Task } from '../kit/task.ts';
import { DAY_MS, stateOf } from './answers.ts';
import { viduRefusal } from './refusals.ts';

const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]).flatMap((each) => each.split(',')))
  .optional();
const Query = z.object({
  'created_at.from': z.string().optional(),
  'created_at.to': z.string().optional(),
  task_ids: many,
  templates: many,
  model_versions: many,
  resolutions: many,
  states: many,
  'pager.page': z.coerce.number().int().min(0).optional(),
  // The page misprints it so.
  'paper.page': z.coerce.number().int().min(0).optional(),
  'pager.pagesz': z.coerce.number().int().min(1).max(100).default(10),
  'pager.page_token': z.string().optional(),
});
export type ListQuery = z.infer<typeof Query>;

/** Reads the query, or throws Vidu's 400. */
export function readListQuery(sent: unknown): ListQuery {
  const result = Query.safeParse(sent);
  if (result.success) return result.data;
  throw viduRefusal(400, 'FieldInvalid', `fields [${result.error.issues[0]?.path.join('.')}] are invalid`);
}

function instant(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  // The form is not documented: RFC 3339 as in answers, or Unix seconds.
  const atMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(atMs)) throw viduRefusal(400, 'FieldInvalid', `fields [${field}] are invalid`);
  return atMs;
}

/** The time window of a query: by default the last 7 days. */
export function windowOf(query: ListQuery, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  return {
    fromMs: instant(query['created_at.from'], 'created_at.from') ?? nowMs - 7 * DAY_MS,
    toMs: instant(query['created_at.to'], 'created_at.to') ?? nowMs,
  };
}

/** `viduq2-pro` is listed as `q2-pro`, `vidu2.0` as `2.0`. */
const versionOf = (model: string): string => model.replace(/^vidu/, '');

/** Whether a task passes the filters other than time. */
export function passes(task: Task, query: ListQuery, nowMs: number): boolean {
  const { doc } = task;
  const given = (values: readonly string[] | undefined, value: string): boolean => values?.includes(value) ?? true;
  return (
    given(query.task_ids, task.id) &&
    given(query.templates, '') &&
    given(query.model_versions, versionOf(doc.model)) &&
    given(query.resolutions, String(doc.wire['resolution'])) &&
    given(query.states, stateOf(doc, nowMs).state)
  );
}

/** One page, and the token of the next ("" at the end). A token is the number of tasks before it. */
export function pageOf<T>(
  all: readonly T[],
  query: ListQuery,
): { readonly items: readonly T[]; readonly next: string } {
  const size = query['pager.pagesz'];
  const page = query['pager.page'] ?? query['paper.page'] ?? 0;
  const token = query['pager.page_token'] ?? '';
  const start = token === '' ? page * size : Number(token);
  if (!Number.isSafeInteger(start) || start < 0)
    throw viduRefusal(400, 'FieldInvalid', 'fields [pager.page_token] are invalid');
  const end = start + size;
  return { items: all.slice(start, end), next: end < all.length ? String(end) : '' };
}
