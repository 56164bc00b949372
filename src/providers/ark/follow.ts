import type { Exchange, HttpResponse } from '../../domain/http.ts';
import type {
  CancelOutcome,
  Listing,
  ListQuery,
  Observation,
  OutputSource,
  Unanswered,
} from '../../domain/provider.ts';
import { failedTask, rowOf } from '../kit/failure-table.ts';
import { succeeded, unanswered } from '../kit/unanswered.ts';
import { ARK_FAILURES } from './failures.ts';
import { TASKS_PATH } from './submit.ts';
import { type ArkOperation, errorIn, task, taskList, vendorError } from './wire.ts';

const taskPath = ({ taskId }: ArkOperation) => `${TASKS_PATH}/${encodeURIComponent(taskId)}` as const;

const filled = (text: string | null | undefined): text is string => typeof text === 'string' && text !== '';

/** Ark: get video generation task. Six states; words that we do not know count as still running. */
export const poll = (lastFrameMediaType: string): Exchange<ArkOperation, Observation<ArkOperation>> => ({
  build: (operation) => ({ method: 'GET', path: taskPath(operation) }),

  parse(response, operation) {
    const read = task.safeParse(response.json);
    if (!succeeded(response) || !read.success)
      return unanswered(response, { started: 'maybe', error: errorIn(response) });
    const { status, content, error, usage, safety_identifier } = read.data;
    const seen = { vendorState: status, ...(filled(safety_identifier) && { tag: safety_identifier }) };
    switch (status) {
      case 'succeeded': {
        const tokens = usage?.completion_tokens;
        const used = typeof tokens === 'number' ? { usage: { tokens } } : {};
        if (!filled(content?.video_url))
          return { ...seen, ...used, state: 'failed', failure: { code: 'output_missing' } };
        return { ...seen, ...used, state: 'succeeded', operation, outputs: outputsOf(content, lastFrameMediaType) };
      }
      case 'failed': {
        const reason = error ? vendorError(error) : undefined;
        const row = reason && rowOf(ARK_FAILURES, reason.code);
        return { ...seen, ...failedTask({ response, error: reason, row, vendorState: status }) };
      }
      case 'cancelled':
      case 'expired':
        return { ...seen, state: status };
      case 'queued':
        return { ...seen, state: 'running', operation, queued: true };
      default:
        return { ...seen, state: 'running', operation };
    }
  },
});

/** Addresses are pre-signed for 24 h and want no Authorization header. */
function outputsOf(
  content: { video_url?: string | null | undefined; last_frame_url?: string | null | undefined },
  lastFrameMediaType: string,
): OutputSource[] {
  const { video_url, last_frame_url } = content;
  return [
    ...(filled(video_url) ? [{ role: 'video', mediaType: 'video/mp4', from: { url: video_url } } as const] : []),
    ...(filled(last_frame_url)
      ? [{ role: 'last_frame', mediaType: lastFrameMediaType, from: { url: last_frame_url } } as const]
      : []),
  ];
}

/**
 * Ark: cancel or delete. The same DELETE cancels a queued task, is refused for a running one and deletes the record of a
 * finished one: ask only right after a poll that said `queued`.
 */
export const cancel: Exchange<ArkOperation, CancelOutcome> = {
  build: (operation) => ({ method: 'DELETE', path: taskPath(operation) }),

  parse(response) {
    if (succeeded(response)) return 'cancelled';
    return refusedByState(response) ? 'too-late' : 'unanswered';
  },
};

/** The page says "refused" without a status: what names the state or the task counts, a bad key does not. */
function refusedByState(response: HttpResponse): boolean {
  const code = errorIn(response)?.code;
  if (code === undefined) return false;
  return response.status === 400 || response.status === 409 || code === 'OperationDenied.InvalidState';
}

const PAGE_SIZE = 100;

/** Ark: list. One page a second and account, the last 7 days, no filter by time or `safety_identifier`. Cursor: page number. */
export const list: Exchange<ListQuery, Listing<ArkOperation> | Unanswered> = {
  build: ({ cursor = '1' }) => ({
    method: 'GET',
    path: TASKS_PATH,
    query: { page_num: cursor, page_size: String(PAGE_SIZE) },
  }),

  parse(response, { cursor = '1', fromUnixSeconds, toUnixSeconds }) {
    const read = taskList.safeParse(response.json);
    if (!succeeded(response) || !read.success)
      return unanswered(response, { started: 'maybe', error: errorIn(response) });
    const { items, total } = read.data;
    const page = Number(cursor);
    // The newest come first: a page that ends before the window is the last of interest.
    const past = items.every(({ created_at: at }) => typeof at === 'number' && at < fromUnixSeconds);
    const more = !past && (typeof total === 'number' ? page * PAGE_SIZE < total : items.length >= PAGE_SIZE);
    return {
      items: items
        .filter(({ created_at: at }) => typeof at !== 'number' || (at >= fromUnixSeconds && at <= toUnixSeconds))
        .map(({ id, safety_identifier }) => ({
          operation: { taskId: id },
          ...(filled(safety_identifier) && { tag: safety_identifier }),
        })),
      ...(more && items.length > 0 && { next: String(page + 1) }),
    };
  },
};

/** The list with one item is the free probe for a key (one a second and account). */
export const ping: Exchange<null, 'ok' | 'refused' | 'unanswered'> = {
  build: () => ({ method: 'GET', path: TASKS_PATH, query: { page_num: '1', page_size: '1' } }),
  parse(response) {
    if (response.status === 401 || response.status === 403) return 'refused';
    return succeeded(response) && response.json !== undefined ? 'ok' : 'unanswered';
  },
};
