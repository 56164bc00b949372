/** GET of all tasks. Source: Ark: task endpoints. */
import { z } from 'zod';
import type { Task } from '../kit/task.ts';
import { statusOf } from './answers.ts';
import { invalidParameter } from './refusals.ts';

const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]))
  .optional();
const Query = z.object({
  page_num: z.coerce.number().int().min(1).max(500).default(1),
  page_size: z.coerce.number().int().min(1).max(500).default(10),
  'filter.status': z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired']).optional(),
  'filter.task_ids': many,
  'filter.model': z.string().optional(),
  'filter.service_tier': z.string().optional(),
});
type Query = z.infer<typeof Query>;

/** Reads the query, or throws Ark's 400. */
export function readListQuery(sent: unknown): Query {
  const result = Query.safeParse(sent);
  if (result.success) return result.data;
  throw invalidParameter(String(result.error.issues[0]?.path[0]), 'out of range');
}

/** Whether a task passes the filters. */
export function passes(task: Task, query: Query, nowMs: number): boolean {
  const { doc } = task;
  return (
    (query['filter.status'] ?? statusOf(doc, nowMs)) === statusOf(doc, nowMs) &&
    (query['filter.task_ids']?.includes(task.id) ?? true) &&
    (query['filter.model'] ?? doc.model) === doc.model &&
    (query['filter.service_tier'] ?? doc.wire['service_tier']) === doc.wire['service_tier']
  );
}
